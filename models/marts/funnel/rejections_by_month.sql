with cycles as (
    select * from {{ ref('lead_cycles') }}
),

rejections_by_month as (
    select
        {{ month_start('ended_date') }} as month_start_date,
        disposition,
        rejection_reason,
        coalesce(reason_group, 'unspecified') as reason_group,
        furthest_stage,
        original_lead_source,
        channel,
        cast(count(*) as bigint) as cycle_count
    from cycles
    where disposition in ('rejected', 'recycled', 'disqualified')
    group by all
)

select * from rejections_by_month
