-- How much of what a month's touches will ever earn has been earned by now, judged by how long credited revenue took
-- from touch to close in all months together.
with credits as (
    select * from {{ ref('int_credits_dated') }}
    where attribution_scope = 'revenue' and touch_id is not null and credit_minor > 0
),

months as (
    select distinct month_start_date
    from {{ ref('int_results_gathered_by_month') }}
    where month_start_date is not null
),

lags as (
    select
        {{ days_between('touch_date', 'period_date') }} as lag_days,
        sum(credit_minor) as revenue_minor
    from credits
    group by {{ days_between('touch_date', 'period_date') }}
),

ages as (  -- the age of the month's last day: a touch of its first day is older
    select
        month_start_date,
        {{ days_between("month_start_date + interval '1' month - interval '1' day", as_of_date()) }} as age_days
    from months
),

cohorts_matured as (
    select
        ages.month_start_date,
        cast(
            cast(coalesce(sum(lags.revenue_minor) filter (where lags.lag_days <= ages.age_days), 0) as double)
            / nullif(sum(lags.revenue_minor), 0)
            as decimal(9, 6)
        ) as maturity_share
    from ages
    left join lags on true
    group by ages.month_start_date
)

select * from cohorts_matured
