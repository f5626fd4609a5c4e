{#- Clocks of browsers against that of the server that took their events in. -#}

{#- When something was seen: nothing happens after the server knows of it. -#}
{% macro moment_seen(happened_at, received_at) -%}
    least({{ happened_at }}, {{ received_at }})
{%- endmacro %}


{#- A clock that is ahead (by more than a minute, which clocks may be), or an event that came a day late. -#}
{% macro clock_problem(happened_at, received_at) -%}
    case
        when {{ happened_at }} > {{ received_at }} + interval '1' minute then 'clock ahead'
        when {{ received_at }} > {{ happened_at }} + interval '24' hour then 'late'
    end
{%- endmacro %}


{#- Whether a text is a time with an offset from UTC, as +02:00; Z and +00:00 are UTC. -#}
{% macro offset_from_utc(text) -%}
    {%- set is_offset = matches(text, "':[0-9.]+ ?[+-][0-9:]+$'") ~ ' and not ' ~ matches(text, "'[+-]00(?::?00)?$'") -%}
    {{ return('(' ~ text ~ " like '%+%' or " ~ text ~ " like '%:%-%') and " ~ is_offset) }}
{%- endmacro %}


{#- The first column of a landed row that has such a time; what has landed as a time of its own has none. -#}
{% macro column_offset_from_utc(contract) -%}
    {%- set whens = [] -%}
    {%- for column in contract.columns if column.is_landed and column.data_type == 'timestamp' and column.value != adapter.quote(column.name) -%}
        {%- do whens.append('when ' ~ offset_from_utc(adapter.quote(column.name)) ~ " then '" ~ column.name ~ "'") -%}
    {%- endfor -%}
    {{ return('case ' ~ whens | join(' ') ~ ' end' if whens else 'cast(null as string)') }}
{%- endmacro %}
