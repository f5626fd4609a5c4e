with gathered as (
    select * from {{ ref('int_lead_events_gathered') }}
),

mqls_clocked as (
    select * from {{ ref('int_mqls_clocked') }}
),

-- An MQL left too long ends its cycle with the last day in time: before anything of the next day.
events as (
    select * from gathered
    union all
    select
        'expired:' || event_id as event_id,
        person_id,
        {{ local_midnight(days_after('due_date', 1)) }} as event_at,
        'expired' as event_kind,
        0 as event_rank,
        cast(null as string) as funnel_stage,
        'expired_sla' as disposition,
        cast(null as string) as opportunity_id,
        false as is_opener,
        false as is_day_unknown
    from mqls_clocked
    where is_expired
),

-- Between two ends lies one trip at most: the number of ends before an event says which.
numbered as (
    select
        *,
        count(disposition) over (
            partition by person_id order by event_at, event_rank, event_id
            rows between unbounded preceding and 1 preceding
        ) as end_count
    from events
),

opened as (
    select
        *,
        count_if(is_opener) over (
            partition by person_id, end_count order by event_at, event_rank, event_id
            rows between unbounded preceding and current row
        ) > 0 as is_in_cycle
    from numbered
),

-- The close of a deal ends the trip on which the deal was created, not a later one.
judged as (
    select
        *,
        event_kind <> 'deal_closed'
        or coalesce(
            max(case when event_kind = 'deal_created' and is_in_cycle then end_count end) over (
                partition by person_id, opportunity_id
            ) = end_count,
            false
        ) as is_valid
    from opened
),

renumbered as (
    select
        *,
        count(disposition) over (
            partition by person_id order by event_at, event_rank, event_id
            rows between unbounded preceding and 1 preceding
        ) as trip
    from judged
    where is_valid
),

reopened as (
    select
        *,
        count_if(is_opener) over (
            partition by person_id, trip order by event_at, event_rank, event_id
            rows between unbounded preceding and current row
        ) > 0 as is_in_trip
    from renumbered
),

placed as (
    select
        event_id,
        person_id,
        cast(dense_rank() over (partition by person_id order by trip) as integer) as cycle_number,
        opportunity_id,
        event_at,
        event_kind,
        event_rank,
        funnel_stage,
        disposition,
        is_day_unknown
    from reopened
    where is_in_trip
)

select * from placed
