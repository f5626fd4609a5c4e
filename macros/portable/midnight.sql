{#- The instant (UTC) at which a day begins in the reporting time zone. -#}
{% macro local_midnight(date) -%}
    {%- if setting('reporting_time_zone') == 'UTC' -%}
        cast({{ date }} as timestamp)
    {%- else -%}
        {{ adapter.dispatch('local_midnight')(date) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__local_midnight(date) -%}
    (cast({{ date }} as timestamp) at time zone '{{ setting("reporting_time_zone") }}') at time zone 'UTC'
{%- endmacro %}

{#- Where clocks go back over midnight there are two; the second counts, as with DuckDB. -#}
{% macro spark__local_midnight(date) -%}
    {%- set zone = "'" ~ setting("reporting_time_zone") ~ "'" -%}
    {%- set midnight = "cast(" ~ date ~ " as timestamp)" -%}
    {%- set first = "to_utc_timestamp(" ~ midnight ~ ", " ~ zone ~ ")" -%}
    case
        when from_utc_timestamp({{ first }} + interval '1' hour, {{ zone }}) = {{ midnight }} then {{ first }} + interval '1' hour
        else {{ first }}
    end
{%- endmacro %}
