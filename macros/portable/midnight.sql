{#- The instant (UTC) at which a day begins in the reporting time zone. -#}
{% macro local_midnight(date) -%}
    {%- if var('reporting_time_zone') == 'UTC' -%}
        cast({{ date }} as timestamp)
    {%- else -%}
        {{ adapter.dispatch('local_midnight')(date) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__local_midnight(date) -%}
    (cast({{ date }} as timestamp) at time zone '{{ var("reporting_time_zone") }}') at time zone 'UTC'
{%- endmacro %}

{% macro spark__local_midnight(date) -%}
    to_utc_timestamp(cast({{ date }} as timestamp), '{{ var("reporting_time_zone") }}')
{%- endmacro %}
