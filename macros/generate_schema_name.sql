{#- Schemas are the folders a BI user sees: the custom name alone, without the target's prefix. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
