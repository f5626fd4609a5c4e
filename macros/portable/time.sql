{#- Expressions on time that DuckDB and Spark spell differently. Timestamps are UTC. -#}

{#- The day of a UTC timestamp in the reporting time zone. -#}
{% macro local_date(timestamp) -%}
    {%- if var('reporting_time_zone') == 'UTC' -%}
        cast({{ timestamp }} as date)
    {%- else -%}
        {{ adapter.dispatch('local_date')(timestamp) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__local_date(timestamp) -%}
    cast((cast({{ timestamp }} as timestamp) at time zone 'UTC') at time zone '{{ var("reporting_time_zone") }}' as date)
{%- endmacro %}

{% macro spark__local_date(timestamp) -%}
    cast(from_utc_timestamp({{ timestamp }}, '{{ var("reporting_time_zone") }}') as date)
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


{#- Whole seconds from one timestamp to another. -#}
{% macro seconds_between(first_at, second_at) -%}
    {{ adapter.dispatch('seconds_between')(first_at, second_at) }}
{%- endmacro %}

{% macro default__seconds_between(first_at, second_at) -%}
    (epoch_us({{ second_at }}) - epoch_us({{ first_at }})) // 1000000
{%- endmacro %}

{% macro spark__seconds_between(first_at, second_at) -%}
    (unix_timestamp({{ second_at }}) - unix_timestamp({{ first_at }}))
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


{#-
    Text as a value of a type; null when it is none. A time with an offset becomes UTC (DuckDB's own cast would
    drop the offset), and a date before 1900 or after 9998 is none: '1/2/24' would read as the year 1.
-#}
{% macro cast_text(text, data_type) -%}
    {%- if data_type == 'timestamp' -%}
        {%- set value = adapter.dispatch('timestamp_from_text')(text) -%}
    {%- else -%}
        {%- set value = 'try_cast(' ~ text ~ ' as ' ~ data_type ~ ')' -%}
    {%- endif -%}
    {%- if data_type in ['timestamp', 'date'] -%}
        {{ return('case when ' ~ value ~ " >= date '1900-01-01' and " ~ value ~ " < date '9999-01-01' then " ~ value ~ ' end') }}
    {%- else -%}
        {{ return(value) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__timestamp_from_text(text) -%}
    {{ return(
        'case when ' ~ matches(text, "':[0-9.]+ ?[+-][0-9:]+$'")
        ~ ' then try_cast(' ~ text ~ " as timestamp with time zone) at time zone 'UTC' else try_cast(" ~ text ~ ' as timestamp) end'
    ) }}
{%- endmacro %}

{% macro spark__timestamp_from_text(text) -%}
    {{ return('try_cast(' ~ text ~ ' as timestamp)') }}
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
