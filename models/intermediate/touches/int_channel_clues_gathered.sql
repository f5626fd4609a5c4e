-- All that a channel depends on: millions of touches, a few thousand combinations.
{%- set streams = [
    'int_touches_from_responses', 'int_touches_from_activities', 'int_touches_from_sessions',
    'int_campaigns_turned_into_clues',
] %}

with clues as (
    {%- for stream in streams %}
    select distinct
        case touch_kind when 'form' then 'web' else touch_kind end as touch_kind,
        campaign_type,
        source,
        medium,
        campaign
    from {{ ref(stream) }}
    {{ 'union' if not loop.last }}
    {%- endfor %}
)

select * from clues
