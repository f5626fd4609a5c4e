{#- One row for each day from the first date to the last, both included; stands alone in a select list. -#}
{% macro each_day(first_date, last_date) -%}
    {{ adapter.dispatch('each_day')(first_date, last_date) }}
{%- endmacro %}

{% macro default__each_day(first_date, last_date) -%}
    unnest(cast(generate_series({{ first_date }}, {{ last_date }}, interval 1 day) as date []))
{%- endmacro %}

{% macro spark__each_day(first_date, last_date) -%}
    {#- a sequence that runs backwards is an error there, not empty -#}
    explode(case when {{ first_date }} <= {{ last_date }} then sequence({{ first_date }}, {{ last_date }}, interval 1 day) end)
{%- endmacro %}
