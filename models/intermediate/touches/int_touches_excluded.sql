{%- set streams = ['int_touches_from_responses', 'int_touches_from_activities', 'int_touches_from_sessions'] %}

with touches as (
    {%- for stream in streams %}
    select
        touch_id,
        person_id,
        touch_kind,
        exclusion_reason,
        {{ 'response_count' if stream == 'int_touches_from_responses' else '1' }} as touch_row_count
    from {{ ref(stream) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

people_excluded as (
    select * from {{ ref('int_people_excluded') }}
),

sessions as (
    select * from {{ ref('int_page_views_rolled_into_sessions') }}
),

that_are_excluded as (
    select
        touches.touch_id,
        touches.touch_kind,
        touches.touch_row_count,
        coalesce(touches.exclusion_reason, people_excluded.exclusion_reason) as exclusion_reason
    from touches
    left join people_excluded on touches.person_id = people_excluded.person_id
    where coalesce(touches.exclusion_reason, people_excluded.exclusion_reason) is not null
),

touches_excluded as (
    select
        that_are_excluded.touch_id,
        that_are_excluded.touch_kind,
        that_are_excluded.exclusion_reason,
        cast(case when sessions.session_id is null then that_are_excluded.touch_row_count else 0 end as bigint)
            as crm_row_count,
        coalesce(sessions.page_view_count, 0) as page_view_count,
        coalesce(sessions.identify_count, 0) as identify_count
    from that_are_excluded
    left join sessions on that_are_excluded.touch_id = 'web:' || sessions.session_id
)

select * from touches_excluded
