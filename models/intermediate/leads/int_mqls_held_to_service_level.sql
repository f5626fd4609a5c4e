with cycles as (
    select * from {{ ref('lead_cycles') }}
),

-- MQLs whose clock ran: not those that sales had taken on before the status was set.
clocked as (
    select
        lead_cycle_id,
        {{ month_start('mql_date') }} as month_start_date,
        original_lead_source,
        channel,
        disposition = 'expired_sla' as is_expired,
        coalesce({{ local_date('worked_at') }} <= worked_due_date, false) as is_worked_in_time,
        coalesce(is_worked_late, false) as is_worked_late,
        {{ days_between('mql_date', local_date('worked_at')) }} as days_to_work
    from cycles
    where worked_due_date is not null
),

held_to_service_level as (
    select
        lead_cycle_id,
        month_start_date,
        original_lead_source,
        channel,
        1 as mql_count,
        case when is_worked_in_time then 1 else 0 end as worked_in_time_count,
        case when is_expired then 1 else 0 end as expired_count,
        case when is_expired and is_worked_late then 1 else 0 end as worked_late_count,
        case when not is_expired and not is_worked_in_time then 1 else 0 end as waiting_count,
        case when is_worked_in_time then days_to_work else 0 end as worked_in_time_days
    from clocked
)

select * from held_to_service_level
