with events as (
    select * from {{ ref('int_lead_events_gathered') }}
),

limits as (
    select * from {{ in_force(ref('service_levels'), ['service_level']) }}
    where service_level = 'mql_worked'
),

-- Work is a status that leaves MQL, a human sales activity, or a deal. A deal created between two trips takes nobody on.
marked as (
    select
        *,
        funnel_stage = 'mql' as is_mql,
        event_kind in ('activity', 'deal_created')
        or (event_kind = 'status' and coalesce(funnel_stage, '') <> 'mql') as is_work,
        disposition is not null as is_end,
        funnel_stage in ('sal', 'sql')
        or (
            event_kind = 'deal_created'
            and max(case when is_opener then event_at end) over so_far
            > coalesce(max(case when disposition is not null then event_at end) over so_far, timestamp '0001-01-01')
        ) as is_taken_on
    from events
    window
        so_far as (
            partition by person_id order by event_at, event_rank, event_id
            rows between unbounded preceding and current row
        )
),

looked_around as (
    select
        *,
        min(case when is_work then event_at end) over following as worked_at,
        max(case when is_mql then event_at end) over preceding as previous_mql_at,
        max(case when is_work then event_at end) over preceding as previous_work_at,
        max(case when is_end then event_at end) over preceding as previous_end_at,
        max(case when is_taken_on then event_at end) over preceding as taken_on_at
    from marked
    window
        following as (
            partition by person_id order by event_at, event_rank, event_id
            rows between 1 following and unbounded following
        ),
        preceding as (
            partition by person_id order by event_at, event_rank, event_id
            rows between unbounded preceding and 1 preceding
        )
),

-- An MQL logged after sales took the person on, or a second one while the first still waits, starts no clock.
started as (
    select
        looked_around.*,
        {{ local_date('looked_around.event_at') }} as mql_date,
        limits.limit_days
    from looked_around
    inner join limits on {{ applies_on(local_date('looked_around.event_at'), 'limits') }}
    left join limits as previous_limits
        on {{ applies_on(local_date('looked_around.previous_mql_at'), 'previous_limits') }}
    where
        looked_around.is_mql
        and (looked_around.taken_on_at is null or looked_around.previous_end_at >= looked_around.taken_on_at)
        and (
            looked_around.previous_mql_at is null
            or looked_around.previous_end_at >= looked_around.previous_mql_at
            or looked_around.previous_work_at >= looked_around.previous_mql_at
            or {{ days_between(local_date('looked_around.previous_mql_at'), local_date('looked_around.event_at')) }}
            > previous_limits.limit_days
        )
),

clocked as (
    select
        event_id,
        person_id,
        event_at as mql_at,
        mql_date,
        worked_at,
        {{ days_after('mql_date', 'limit_days') }} as due_date,
        coalesce({{ days_between('mql_date', local_date('worked_at')) }} <= limit_days, false) as is_worked_in_time,
        coalesce({{ days_between('mql_date', local_date('worked_at')) }} > limit_days, true)
        and {{ days_between('mql_date', as_of_date()) }} > limit_days
        and {{ 'true' if setting('mqls_expire') else 'false' }} as is_expired,
        worked_at is not null
        and {{ days_between('mql_date', local_date('worked_at')) }} > limit_days as is_worked_late
    from started
)

select * from clocked
