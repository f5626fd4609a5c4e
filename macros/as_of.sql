{#-
    The day up to which clocks run, as a scalar expression: the var as_of, else the newest day in the data. No model
    reads a clock, so yesterday's report can be made again from yesterday's data.
-#}
{% macro as_of_date() -%}
    (select days_of_data.as_of_date from {{ ref('int_days_of_data') }} as days_of_data)
{%- endmacro %}
