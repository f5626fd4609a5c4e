-- No text of a public table holds an e-mail address, and in staging none either: addresses are hashes there. Every
-- table is asked that the graph knows, whatever its columns are called; the test fails if it found none to ask.
{%- set searches = [] -%}
{%- if execute -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and node.config.materialized != 'ephemeral' and node.package_name == project_name
        and (node.original_file_path.startswith('models/marts') or node.original_file_path.startswith('models/staging')) -%}
        {%- set relation = api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias) -%}
        {%- set texts = [] -%}
        {%- for column in adapter.get_columns_in_relation(relation) if column.is_string() -%}
            {%- do texts.append("coalesce(" ~ adapter.quote(column.name) ~ ", '') like '%@%'") -%}
        {%- endfor -%}
        {%- if texts -%}
            {%- do searches.append(
                "select '" ~ node.schema ~ '.' ~ node.alias ~ "' as table_name, count_if(" ~ texts | join(' or ')
                ~ ') as row_count from ' ~ relation
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endif %}

with

searched as (
    {{ searches | join('\n    union all\n    ') or "select cast(null as varchar) as table_name, 0 as row_count" }}
)

select
    table_name,
    row_count
from searched
where row_count > 0
union all
select
    'no table was searched' as table_name,
    count(*) as row_count
from searched
having count(table_name) = 0
