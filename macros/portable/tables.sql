{#- Names of the tables and views of a schema, as they were made; empty when there is no such schema. -#}
{% macro tables_of_schema(database, schema) -%}
    {{ return(adapter.dispatch('tables_of_schema')(database, schema)) }}
{%- endmacro %}

{% macro default__tables_of_schema(database, schema) -%}
    {%- set found = run_query(
        "select table_name from information_schema.tables where lower(table_schema) = lower('" ~ schema
        ~ "') and lower(table_catalog) = lower('" ~ database ~ "') order by table_name"
    ) -%}
    {{ return(found.columns[0].values() | list) }}
{%- endmacro %}

{% macro spark__tables_of_schema(database, schema) -%}
    {%- if schema not in run_query('show schemas').columns[0].values() -%}
        {{ return([]) }}
    {%- endif -%}
    {{ return(run_query('show tables in ' ~ schema).columns[1].values() | list) }}
{%- endmacro %}
