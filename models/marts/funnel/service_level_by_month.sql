with held_to_service_level as (
    select * from {{ ref('int_mqls_held_to_service_level') }}
),

service_level_by_month as (
    select
        month_start_date,
        original_lead_source,
        channel,
        cast(sum(mql_count) as bigint) as mql_count,
        cast(sum(worked_in_time_count) as bigint) as worked_in_time_count,
        cast(sum(expired_count) as bigint) as expired_count,
        cast(sum(worked_late_count) as bigint) as worked_late_count,
        cast(sum(waiting_count) as bigint) as waiting_count,
        cast(sum(worked_in_time_days) as bigint) as worked_in_time_days
    from held_to_service_level
    group by month_start_date, original_lead_source, channel
)

select * from service_level_by_month
