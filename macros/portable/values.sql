{#-
    Text as a value of a type; null when it is none. A time with an offset becomes UTC (DuckDB's own cast would
    drop the offset), a moment where a day is meant the day it is in the zone of the reports, and a day where a moment is
    meant its midnight there; a date before 1900 or after 9998 is none: '1/2/24' would read as the year 1.

    What DuckDB's casts take is the rule; Spark's own are wider ('2024' would be a date, '10:00' a time of today)
    and narrower ('1_000' would be no number), so its text is held to DuckDB's grammar before it is cast.
-#}
{% macro cast_text(text, data_type) -%}
    {%- set value = parsed_text(text, data_type) -%}
    {%- if data_type in ['timestamp', 'date'] -%}
        {{ return('case when ' ~ casts_to(text, data_type) ~ ' then ' ~ value ~ ' end') }}
    {%- else -%}
        {{ return(value) }}
    {%- endif -%}
{%- endmacro %}


{#- Whether text is such a value; not true for null. -#}
{% macro casts_to(text, data_type) -%}
    {%- set value = parsed_text(text, data_type) -%}
    {%- if data_type == 'timestamp' -%}
        {{ return(value ~ " between timestamp '1900-01-01 00:00:00' and timestamp '9998-12-31 23:59:59.999999'") }}
    {%- elif data_type == 'date' -%}
        {{ return(value ~ " between date '1900-01-01' and date '9998-12-31'") }}
    {%- else -%}
        {{ return(value ~ ' is not null') }}
    {%- endif -%}
{%- endmacro %}


{#- The same value, of whatever year. -#}
{% macro parsed_text(text, data_type) -%}
    {%- set value = adapter.dispatch('value_from_text')(text, data_type) -%}
    {%- if data_type == 'date' -%}
        {%- set moment = adapter.dispatch('value_from_text')(text, 'timestamp') -%}
        {{ return('case when ' ~ text ~ " like '%:%' then " ~ day_of_moment('(' ~ moment ~ ')') ~ ' else ' ~ value ~ ' end') }}
    {%- elif data_type == 'timestamp' and setting('reporting_time_zone') != 'UTC' -%}
        {%- set day = adapter.dispatch('value_from_text')(text, 'date') -%}
        {{ return('case when length(' ~ text ~ ') = 10 then ' ~ local_midnight(day) ~ ' else ' ~ value ~ ' end') }}
    {%- else -%}
        {{ return(value) }}
    {%- endif -%}
{%- endmacro %}


{% macro default__value_from_text(text, data_type) -%}
    {%- if data_type == 'timestamp' -%}
        {{ return(
            'case when (' ~ text ~ " like '%+%' or " ~ text ~ " like '%:%-%') and " ~ matches(text, "':[0-9.]+ ?[+-][0-9:]+$'")
            ~ ' then try_cast(' ~ text ~ " as timestamp with time zone) at time zone 'UTC' else try_cast(" ~ text ~ ' as timestamp) end'
        ) }}
    {%- else -%}
        {{ return('try_cast(' ~ text ~ ' as ' ~ data_type ~ ')') }}
    {%- endif -%}
{%- endmacro %}


{% macro spark__value_from_text(text, data_type) -%}
    {%- if data_type == 'timestamp' -%}
        {{ return(spark__timestamp_from_text(text)) }}
    {%- elif data_type == 'date' -%}
        {{ return(spark__date_from_text(text)) }}
    {%- elif data_type == 'boolean' -%}
        {{ return('case when ' ~ text ~ " rlike '^[A-Za-z01]+$' then try_cast(" ~ text ~ ' as boolean) end') }}
    {%- else -%}
        {{ return(spark__number_from_text(text, data_type)) }}
    {%- endif -%}
{%- endmacro %}


{#- Parts of numbers by '_', an exponent and rounding half away from zero, which Spark's cast to a whole number refuses. -#}
{% macro spark__number_from_text(text, data_type) -%}
    {%- set digits = '[0-9]+(?:_[0-9]+)*' -%}
    {%- set number = '^[+-]?(?:' ~ digits ~ '(?:[.](?:' ~ digits ~ ')?)?|[.]' ~ digits ~ ')(?:[eE][+-]?[0-9]{1,3})?$' -%}
    {%- set trimmed = "trim(both ' \\t\\n\\r' from " ~ text ~ ')' -%}
    {%- set plain = 'replace(' ~ trimmed ~ ", '_', '')" -%}
    {%- set whole = 'try_cast(round(try_cast(' ~ plain ~ ' as decimal(38, 10))) as ' ~ data_type ~ ')' -%}
    {{ return(
        'case when ' ~ text ~ " rlike '^-?[0-9]{1,18}$' then try_cast(" ~ text ~ ' as ' ~ data_type ~ ') when '
        ~ trimmed ~ " rlike '" ~ number ~ "' then "
        ~ (whole if data_type == 'bigint' else 'try_cast(' ~ plain ~ ' as ' ~ data_type ~ ')') ~ ' end'
    ) }}
{%- endmacro %}


{#- The plain form is cast at once; of any other the day is written with hyphens, and a zone's name is left out. -#}
{% macro spark__timestamp_from_text(text) -%}
    {%- set plain = '^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.][0-9]{1,6})?)?$' -%}
    {%- set offset = '[+-][0-9]{2}(?::?[0-9]{2})?' -%}
    {%- set in_order = "regexp_replace(" ~ spark__day_with_hyphens(text) ~ ", '(?:Z| +[A-Za-z][A-Za-z/_]*|[.])$', '')" -%}
    {%- set with_seconds = "regexp_replace(" ~ in_order ~ ", '([T ][0-9]{1,2}:[0-9]{1,2})([+-])', '$1:00$2')" -%}
    {{ return(
        'case when ' ~ text ~ " rlike '" ~ plain ~ "' and " ~ text ~ " not like '% 24:%' then try_cast(" ~ text ~ ' as timestamp) when '
        ~ spark__trimmed(text) ~ " rlike '" ~ spark__moment_grammar(offset) ~ "' then try_cast(" ~ with_seconds ~ ' as timestamp) end'
    ) }}
{%- endmacro %}

{% macro spark__date_from_text(text) -%}
    {%- set offset = ' ?[+-][0-9]{2}(?::?[0-9]{2})?' -%}
    {%- set day = "regexp_extract(" ~ spark__day_with_hyphens(text) ~ ", '^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}', 0)" -%}
    {{ return(
        'case when ' ~ text ~ " rlike '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then try_cast(" ~ text ~ ' as date) when '
        ~ spark__trimmed(text) ~ " rlike '" ~ spark__moment_grammar(offset) ~ "' then try_cast(" ~ day ~ ' as date) end'
    ) }}
{%- endmacro %}


{% macro spark__moment_grammar(offset) -%}
    {%- set day = '[0-9]{4}(?:-[0-9]{1,2}-|/[0-9]{1,2}/| [0-9]{1,2} )[0-9]{1,2}' -%}
    {%- set time = '(?:[01]?[0-9]|2[0-3]):[0-5]?[0-9](?::[0-5]?[0-9](?:[.][0-9]*)?)?' -%}
    {{ return('^' ~ day ~ '(?:(?:T|[ \t\n]+)' ~ time ~ '(?:Z|' ~ offset ~ '| +[A-Za-z][A-Za-z/_]*)?)?$(?!\\n)') }}
{%- endmacro %}

{% macro spark__day_with_hyphens(text) -%}
    {%- set hyphens = "regexp_replace(" ~ spark__trimmed(text) ~ ", '^([0-9]{4})[-/ ]([0-9]{1,2})[-/ ]([0-9]{1,2})', '$1-$2-$3')" -%}
    {{ return("regexp_replace(" ~ hyphens ~ ", '[ \t\n]+([0-9]+:)', ' $1')") }}
{%- endmacro %}

{#- DuckDB's casts pass over blanks, tabs and ends of lines before a value. -#}
{% macro spark__trimmed(text) -%}
    {{ return("trim(leading ' \\t\\n\\r' from " ~ text ~ ')') }}
{%- endmacro %}
