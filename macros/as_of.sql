{#-
    The day the reports are made for, as a scalar expression: the var as_of, else the newest day in the data.
    No model reads a clock, so yesterday's report can be made again.
-#}
{% macro as_of_date() -%}
    {%- if var('as_of', '') -%}
        cast('{{ var("as_of") }}' as date)
    {%- else -%}
        (select days_of_data.last_date from {{ ref('int_days_of_data') }} as days_of_data)
    {%- endif -%}
{%- endmacro %}
