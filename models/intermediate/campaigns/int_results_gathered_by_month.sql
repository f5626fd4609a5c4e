-- Every number of the campaign and channel marts, once and in whole units: what was spent, who came, what it earned.
-- A measure of the cohort stands in the month of the touch, one of the period in the month in which it happened.
with cost_days as (
    select * from {{ ref('int_costs_spread_by_day') }}
    where cost_status = 'used'
),

campaigns_on_channels as (
    select * from {{ ref('int_campaigns_assigned_to_channels') }}
),

touches as (
    select * from {{ ref('int_touches_unioned') }}
    where touch_kind <> 'activity' or is_human_activity  -- as in attribution: what a machine logged is no touch
),

lead_cycles as (
    select * from {{ ref('lead_cycles') }}
    where mql_date is not null
),

credits as (
    select * from {{ ref('int_credits_gathered_by_month') }}
),

measured as (
    select
        cost_days.campaign_id,
        coalesce(campaigns_on_channels.channel, 'no campaign') as channel,
        cost_days.spend_date as measure_date,
        case
            when cost_days.cost_source = 'ad_platform' then 'ad_spend'
            when cost_days.is_estimated then 'estimated_cost'
            else 'other_cost'
        end as measure,
        cost_days.cost_minor as quantity
    from cost_days
    left join campaigns_on_channels on cost_days.campaign_id = campaigns_on_channels.campaign_id
    union all
    select
        campaign_id,
        channel,
        touch_date as measure_date,
        case when is_known then 'response' else 'other_touch' end as measure,
        1 as quantity
    from touches
    union all
    select
        opening_campaign_id as campaign_id,
        coalesce(channel, 'no touch') as channel,
        started_date as measure_date,
        'cohort_mql' as measure,
        1 as quantity
    from lead_cycles
    union all
    select
        opening_campaign_id as campaign_id,
        coalesce(channel, 'no touch') as channel,
        mql_date as measure_date,
        'period_mql' as measure,
        1 as quantity
    from lead_cycles
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
    from measured
    group by campaign_id, channel, {{ month_start('measure_date') }}, measure
)

select * from results_gathered_by_month
