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


{#- A whole number that stands for a key of a source table; another one on each engine. -#}
{% macro key_hash(table_label, key_text) -%}
    {{ return(adapter.dispatch('key_hash')(table_label, key_text)) }}
{%- endmacro %}

{% macro default__key_hash(table_label, key_text) -%}
    {{ return("hash(" ~ table_label ~ ", " ~ key_text ~ ')') }}
{%- endmacro %}

{% macro spark__key_hash(table_label, key_text) -%}
    {{ return("xxhash64(" ~ table_label ~ ", " ~ key_text ~ ')') }}
{%- endmacro %}
