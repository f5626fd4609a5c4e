with

raw_revenue_plan as (
    select * from {{ raw('finance', 'revenue_plan') }}
),

revenue_plan as (
    select
        {{ month_start('month') }} as month_start_date,
        month as plan_date,
        segment as segment_name,
        upper(currency_iso_code) as currency_code,
        amount
    from raw_revenue_plan
)

select * from revenue_plan
