{#-
    Every source table, for models that say something of each of them. A list, as dbt must know the edges of its
    graph before it knows the sources; a test holds it to the contracts and to the seed source_tables.
-#}
{% macro source_tables() -%}
    {{ return([
        ('crm', 'accounts'), ('crm', 'contacts'), ('crm', 'leads'), ('crm', 'lead_changes'),
        ('crm', 'opportunities'), ('crm', 'opportunity_changes'), ('crm', 'opportunity_line_items'),
        ('crm', 'opportunity_contact_roles'), ('crm', 'campaigns'), ('crm', 'campaign_members'),
        ('crm', 'tasks'), ('crm', 'events'), ('crm', 'users'), ('crm', 'conversion_rates'),
        ('web', 'page_views'), ('web', 'identifies'),
        ('google_ads', 'campaign_days'), ('google_ads', 'campaigns'), ('google_ads', 'accounts'),
        ('linkedin_ads', 'campaign_days'), ('linkedin_ads', 'campaigns'), ('linkedin_ads', 'accounts'),
        ('facebook_ads', 'ad_days'), ('facebook_ads', 'ads'), ('facebook_ads', 'campaigns'), ('facebook_ads', 'accounts'),
        ('finance', 'campaign_costs'), ('finance', 'revenue_plan'),
        ('intent', 'account_signals'),
    ]) }}
{%- endmacro %}


{#- The tables that have a contract, known when a statement runs. -#}
{% macro source_contracts() -%}
    {%- set found = [] -%}
    {%- for node in graph.get('sources', {}).values() -%}
        {%- do found.append((node.source_name, node.name)) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{#- Rows of a VALUES list. -#}
{% macro text_rows(rows) -%}
    {%- for row in rows -%}
        ('{{ row | join("', '") }}'){{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
