{#- Expressions on time that DuckDB and Spark spell differently. Timestamps are UTC. -#}

{#- The day of a UTC timestamp in the reporting time zone. -#}
{% macro local_date(timestamp) -%}
    {%- if setting('reporting_time_zone') == 'UTC' -%}
        cast({{ timestamp }} as date)
    {%- else -%}
        {{ adapter.dispatch('local_date')(timestamp) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__local_date(timestamp) -%}
    cast((cast({{ timestamp }} as timestamp) at time zone 'UTC') at time zone '{{ setting("reporting_time_zone") }}' as date)
{%- endmacro %}

{% macro spark__local_date(timestamp) -%}
    cast(from_utc_timestamp({{ timestamp }}, '{{ setting("reporting_time_zone") }}') as date)
{%- endmacro %}


{#-
    The day of a moment (UTC) that stands in a column of days. Loaders, and CRMs in their exports, write a day without a
    time as midnight in UTC: it stays the day it is. Any other moment is brought to the zone of the reports first.
-#}
{% macro day_of_moment(timestamp) -%}
    {%- if setting('reporting_time_zone') == 'UTC' -%}
        {{ return('cast(' ~ timestamp ~ ' as date)') }}
    {%- else -%}
        {{ return(
            'case when ' ~ timestamp ~ " = date_trunc('day', " ~ timestamp ~ ') then cast(' ~ timestamp ~ ' as date) else '
            ~ local_date(timestamp) ~ ' end'
        ) }}
    {%- endif -%}
{%- endmacro %}


{#- Whole days from one date to another; negative when the second is earlier. -#}
{% macro days_between(first_date, second_date) -%}
    {{ adapter.dispatch('days_between')(first_date, second_date) }}
{%- endmacro %}

{% macro default__days_between(first_date, second_date) -%}
    date_diff('day', cast({{ first_date }} as date), cast({{ second_date }} as date))
{%- endmacro %}

{% macro spark__days_between(first_date, second_date) -%}
    datediff(cast({{ second_date }} as date), cast({{ first_date }} as date))
{%- endmacro %}


{#- The same as bigint, none when the second is earlier: what began after the end took no days. -#}
{% macro days_passed(first_date, second_date) -%}
    cast(case when {{ second_date }} >= {{ first_date }} then {{ days_between(first_date, second_date) }} end as bigint)
{%- endmacro %}


{#- Whole seconds from one timestamp to another. -#}
{% macro seconds_between(first_at, second_at) -%}
    {{ adapter.dispatch('seconds_between')(first_at, second_at) }}
{%- endmacro %}

{% macro default__seconds_between(first_at, second_at) -%}
    (epoch_us({{ second_at }}) - epoch_us({{ first_at }})) // 1000000
{%- endmacro %}

{% macro spark__seconds_between(first_at, second_at) -%}
    ((unix_micros({{ second_at }}) - unix_micros({{ first_at }})) div 1000000)
{%- endmacro %}


{% macro month_start(date) -%}
    cast(date_trunc('month', {{ date }}) as date)
{%- endmacro %}

{% macro quarter_start(date) -%}
    cast(date_trunc('quarter', {{ date }}) as date)
{%- endmacro %}

{% macro year_start(date) -%}
    cast(date_trunc('year', {{ date }}) as date)
{%- endmacro %}


{#- The UTC timestamp of a landed timestamp with a time zone. -#}
{% macro timestamp_in_utc(timestamp) -%}
    {{ return(adapter.dispatch('timestamp_in_utc')(timestamp)) }}
{%- endmacro %}

{% macro default__timestamp_in_utc(timestamp) -%}
    {{ return('(' ~ timestamp ~ " at time zone 'UTC')") }}
{%- endmacro %}

{% macro spark__timestamp_in_utc(timestamp) -%}
    {{ return(timestamp) }}  {#- the session of Spark runs in UTC -#}
{%- endmacro %}


{#- What a moment in UTC, written as text, is in a column that keeps its zone; and the type of such a column. -#}
{% macro moment_with_zone(text) -%}
    {{ adapter.dispatch('moment_with_zone')(text) }}
{%- endmacro %}

{% macro default__moment_with_zone(text) -%}
    cast({{ text }} || '+00' as {{ type_with_zone() }})
{%- endmacro %}

{% macro spark__moment_with_zone(text) -%}
    cast({{ text }} as {{ type_with_zone() }})  {#- the session of Spark runs in UTC -#}
{%- endmacro %}


{% macro type_with_zone() -%}
    {{ return(adapter.dispatch('type_with_zone')()) }}
{%- endmacro %}

{% macro default__type_with_zone() -%}
    {{ return('timestamp with time zone') }}
{%- endmacro %}

{% macro spark__type_with_zone() -%}
    {{ return('timestamp') }}
{%- endmacro %}


{#- The date so many whole days (a number or a column) after a date. -#}
{% macro days_after(date, days) -%}
    {{ adapter.dispatch('days_after')(date, days) }}
{%- endmacro %}

{% macro default__days_after(date, days) -%}
    (cast({{ date }} as date) + cast({{ days }} as integer))
{%- endmacro %}

{% macro spark__days_after(date, days) -%}
    date_add(cast({{ date }} as date), cast({{ days }} as integer))
{%- endmacro %}
