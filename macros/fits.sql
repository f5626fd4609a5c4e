{#- A rule without a condition fits everything; a value that is missing fits only such a rule. -#}
{% macro fits(text, pattern) -%}
    ({{ pattern }} is null or {{ matches("coalesce(" ~ text ~ ", '')", pattern) }})
{%- endmacro %}
