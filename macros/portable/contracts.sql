{#- The contract of a mart says varchar; Spark's text has no length and is called string. -#}
{% macro spark__cast(field, type) -%}
    cast({{ field }} as {{ 'string' if type | lower == 'varchar' else type }})
{%- endmacro %}
