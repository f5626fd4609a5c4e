-- Every number of the campaign and channel marts, once and in whole units: what was spent, who came, what it earned.
-- A measure of the cohort stands in the month of the touch, one of the period in the month in which it happened.
with measured as (
    select * from {{ ref('int_results_measured') }}
),

credits as (
    select * from {{ ref('int_credits_gathered_by_month') }}
),

every_measure as (
    select
        campaign_id,
        channel,
        measure_date,
        measure,
        quantity
    from measured
    union all
    select
        campaign_id,
        channel,
        month_start_date as measure_date,
        measure,
        quantity
    from credits
),

results_gathered_by_month as (
    select
        campaign_id,
        channel,
        {{ month_start('measure_date') }} as month_start_date,
        measure,
        cast(sum(quantity) as bigint) as quantity
    from every_measure
    group by campaign_id, channel, {{ month_start('measure_date') }}, measure
)

select * from results_gathered_by_month
