{#-
    The day up to which clocks run, as a scalar expression: the var as_of, else the newest day in the data. No model
    reads a clock, so yesterday's report can be made again from yesterday's data.
-#}
{% macro as_of_date() -%}
    (select days_of_data.as_of_date from {{ ref('int_days_of_data') }} as days_of_data)
{%- endmacro %}


{#-
    The last day of which anything can be known: of a report for a day of the past, the data know later days too. What
    is dated after it has not happened.
-#}
{% macro known_until() -%}
    (
        select greatest(days_of_data.as_of_date, days_of_data.last_date)
        from {{ ref('int_days_of_data') }} as days_of_data
    )
{%- endmacro %}
