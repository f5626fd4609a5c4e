-- Events can be a hundred million rows: they are put in order of time once, and what follows goes by their number.
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
        row_number() over (partition by person_id order by event_at, event_rank, event_id) as event_number,
        count(disposition) over (
            partition by person_id order by event_at, event_rank, event_id
            rows between unbounded preceding and 1 preceding
        ) as end_count
    from events
),

-- An event is in a cycle when the last opener so far lies between the same ends.
opened as (
    select
        *,
        max(case when is_opener then end_count end) over so_far = end_count as is_in_cycle
    from numbered
    window so_far as (partition by person_id order by event_number rows between unbounded preceding and current row)
),

deals_created as (
    select
        person_id,
        opportunity_id,
        max(end_count) as end_count
    from opened
    where event_kind = 'deal_created' and is_in_cycle
    group by person_id, opportunity_id
),

-- The close of a deal ends the trip on which the deal was created, not a later one.
renumbered as (
    select
        opened.*,
        count(opened.disposition) over (
            partition by opened.person_id order by opened.event_number
            rows between unbounded preceding and 1 preceding
        ) as trip
    from opened
    left join deals_created
        on
            opened.person_id = deals_created.person_id
            and opened.opportunity_id = deals_created.opportunity_id
    where opened.event_kind <> 'deal_closed' or deals_created.end_count = opened.end_count
),

reopened as (
    select
        *,
        max(case when is_opener then trip end) over so_far = trip as is_in_trip
    from renumbered
    window so_far as (partition by person_id order by event_number rows between unbounded preceding and current row)
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
