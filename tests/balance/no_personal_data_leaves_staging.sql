-- No text of staging or of a public table holds an e-mail address. A new public table goes into this list, as dbt
-- runs the test after the tables that it names; the test fails for a mart that is not in it. Of a touch's credits by
-- fourteen models, one is searched: the others say the same texts.
-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
{%- set public_tables = [
    'attribution_model_definitions', 'influenced_opportunities', 'model_credits_by_month', 'opportunity_origins',
    'touch_credits', 'touch_credits_by_model',
    'campaign_results_by_month', 'channel_results_by_month', 'results_by_month',
    'accounts', 'campaigns', 'days', 'opportunities', 'owners', 'people', 'touches',
    'days_to_close', 'funnel_by_month', 'lead_cycles', 'open_pipeline_by_month', 'rejections_by_month',
    'service_level_by_month', 'velocity_by_month',
    'crm_reconciliation_by_month', 'data_faults', 'definition_versions', 'definitions', 'definitions_used', 'detected_faults',
    'quarantined_rows', 'remembered_numbers', 'settings', 'source_row_outcomes', 'source_rows', 'spend_reconciliation_by_month',
] -%}
{%- set relations = [] -%}
{%- for system, table in source_tables() -%}
    {%- do relations.append(ref('stg_' ~ system ~ '__' ~ table)) -%}
{%- endfor -%}
{%- for name in public_tables -%}
    {%- do relations.append(ref(name)) -%}
{%- endfor -%}

{%- set searches = [] -%}
{%- for relation in relations if execute -%}
    {%- set texts = [] -%}
    {%- for column in adapter.get_columns_in_relation(relation) if column.is_string() -%}
        {#- Few texts have an @ or a %, and to look for one is fifty times as cheap as the pattern. -#}
        {%- set text = adapter.quote(column.name) -%}
        {%- do texts.append(
            "case when " ~ text ~ " like '%@%' or " ~ text ~ " like '%|%%' escape '|' then "
            ~ matches(text, "'[^ ](@|%(25)*40)[^ ]'") ~ " else false end"
        ) -%}
    {%- endfor -%}
    {%- do searches.append(
        "select '" ~ relation.schema ~ "." ~ relation.identifier ~ "' as table_name, count(*) filter (where "
        ~ (texts | join(' or ') or 'false') ~ ") as row_count, 'holds an address' as problem from " ~ relation
        ~ (" where attribution_model = '" ~ attribution_models()[0].name ~ "'" if relation.identifier == 'touch_credits_by_model' else '')
    ) -%}
{%- endfor -%}
{%- for node in (graph.nodes.values() if execute else []) -%}
    {%- if node.resource_type == 'model' and node.original_file_path.startswith('models/marts/') and node.name not in public_tables -%}
        {%- do searches.append("select '" ~ node.name ~ "' as table_name, 1 as row_count, 'not in the list' as problem") -%}
    {%- endif -%}
{%- endfor %}

with

searched as (
    {{ searches | join('\n    union all\n    ') or "select null as table_name, 0 as row_count, null as problem" }}
)

select
    table_name,
    problem,
    row_count
from searched
where row_count > 0
