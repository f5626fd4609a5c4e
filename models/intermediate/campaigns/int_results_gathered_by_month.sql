-- Every number of the marts of results, once and in whole units: what was spent, who came, what it earned.
-- A measure of the cohort stands in the month of the touch, one of the period in the month in which it happened.
with measured as (
    select * from {{ ref('int_results_measured') }}
),

credits as (
    select * from {{ ref('int_credits_gathered_by_month') }}
),

channels as (
    select * from {{ ref('int_channels_owned') }}
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

added_up as (
    select
        campaign_id,
        channel,
        {{ month_start('measure_date') }} as month_start_date,
        measure,
        cast(sum(quantity) as bigint) as quantity
    from every_measure
    group by campaign_id, channel, {{ month_start('measure_date') }}, measure
),

results_gathered_by_month as (
    select
        added_up.campaign_id,
        added_up.channel,
        {{ owner_of_results('added_up.channel', 'channels.channel_owner') }} as channel_owner,
        added_up.month_start_date,
        added_up.measure,
        added_up.quantity
    from added_up
    left join channels on added_up.channel = channels.channel
)

select * from results_gathered_by_month
