{#- Whether tables are kept up to date in parts (macros/maintained): plain files on Spark know no delete. -#}
{% macro tables_are_maintained() -%}
    {{ return(adapter.dispatch('tables_are_maintained')()) }}
{%- endmacro %}

{% macro default__tables_are_maintained() -%}
    {{ return(true) }}
{%- endmacro %}

{% macro spark__tables_are_maintained() -%}
    {{ return(false) }}
{%- endmacro %}
