{#- First day of the fiscal year of a date, by the var fiscal_year_start_month. -#}
{% macro fiscal_year_start(date) -%}
    {%- set months = setting('fiscal_year_start_month') - 1 -%}
    cast(date_trunc('year', {{ date }} - interval '{{ months }}' month) + interval '{{ months }}' month as date)
{%- endmacro %}


{#- First day of the fiscal quarter of a date: quarters of three months from the first of the fiscal year. -#}
{% macro fiscal_quarter_start(date) -%}
    {%- set months = setting('fiscal_year_start_month') - 1 -%}
    cast(date_trunc('quarter', {{ date }} - interval '{{ months }}' month) + interval '{{ months }}' month as date)
{%- endmacro %}
