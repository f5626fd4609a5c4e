with cycles as (
    select * from {{ ref('lead_cycles') }}
),

-- MQLs whose clock ran: not those that sales had taken on before the status was set.
clocked as (
    select
        {{ month_start('mql_date') }} as month_start_date,
        original_lead_source,
        channel,
        disposition = 'expired_sla' as is_expired,
        is_worked_in_time,
        is_worked_late,
        {{ days_between('mql_date', local_date('worked_at')) }} as days_to_work
    from cycles
    where worked_due_date is not null
),

service_level_by_month as (
    select
        month_start_date,
        original_lead_source,
        channel,
        cast(count(*) as bigint) as mql_count,
        -- not count_if, which DuckDB gives as null where every condition is null
        cast(count(*) filter (where is_worked_in_time) as bigint) as worked_in_time_count,
        cast(count(*) filter (where is_expired) as bigint) as expired_count,
        cast(count(*) filter (where is_expired and is_worked_late) as bigint) as worked_late_count,
        cast(count(*) filter (where not is_expired and not is_worked_in_time) as bigint) as waiting_count,
        cast(coalesce(sum(days_to_work) filter (where is_worked_in_time), 0) as bigint) as worked_in_time_days
    from clocked
    group by all
)

select * from service_level_by_month
