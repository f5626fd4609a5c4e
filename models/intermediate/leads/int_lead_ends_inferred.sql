-- Of such a lead nobody logged how it came in nor when it ended: both stand at its creation. Whoever answered later on,
-- before anything new began (a status, a deal), answered within that trip: its end is no earlier than the last answer.
with lead_statuses_dated as (
    select * from {{ ref('int_lead_statuses_dated') }}
    where is_status_known
),

touches as (
    select * from {{ ref('int_touches_unioned') }}
    where is_known
),

opportunities_linked as (
    select * from {{ ref('int_opportunities_linked_to_people') }}
),

created_as_ended as (
    select * from lead_statuses_dated
    where is_creation and disposition is not null
),

beginnings as (
    select
        person_id,
        entered_at as begun_at
    from lead_statuses_dated
    union all
    select
        person_id,
        created_at as begun_at
    from opportunities_linked
),

bounded as (
    select
        created_as_ended.status_event_id,
        created_as_ended.person_id,
        created_as_ended.entered_at,
        created_as_ended.disposition,
        min(beginnings.begun_at) as next_begun_at
    from created_as_ended
    left join beginnings
        on
            created_as_ended.person_id = beginnings.person_id
            and created_as_ended.entered_at < beginnings.begun_at
    group by all
),

answered as (
    select
        bounded.status_event_id,
        bounded.person_id,
        bounded.entered_at,
        bounded.disposition,
        coalesce(max(touches.touch_at), bounded.entered_at) as ended_at
    from bounded
    left join touches
        on
            bounded.person_id = touches.person_id
            and bounded.entered_at <= touches.touch_at
            and touches.touch_at < coalesce(bounded.next_begun_at, timestamp '9999-01-01 00:00:00')
    group by bounded.status_event_id, bounded.person_id, bounded.entered_at, bounded.disposition
),

lead_ends_inferred as (
    select
        'inferred:' || status_event_id as event_id,
        person_id,
        entered_at as event_at,
        'created' as event_kind,
        2 as event_rank,
        'inquiry' as funnel_stage,
        cast(null as string) as disposition,
        cast(null as string) as opportunity_id,
        true as is_opener,
        true as is_day_unknown
    from answered
    union all
    select
        status_event_id as event_id,
        person_id,
        ended_at as event_at,
        'status' as event_kind,
        5 as event_rank,
        cast(null as string) as funnel_stage,
        disposition,
        cast(null as string) as opportunity_id,
        false as is_opener,
        true as is_day_unknown
    from answered
)

select * from lead_ends_inferred
