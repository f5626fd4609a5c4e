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
),

channels as (
    select
        channel,
        case when count(distinct channel_owner) = 1 then min(channel_owner) else 'several' end as channel_owner
    from {{ ref('channels') }}
    group by channel
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
    {%- for stage in ['mql', 'sal', 'sql'] %}
    {%- for basis, measure_date in [('cohort', 'started_date'), ('period', stage ~ '_date')] %}
    select
        opening_campaign_id as campaign_id,
        coalesce(channel, 'no touch') as channel,
        {{ measure_date }} as measure_date,
        '{{ basis }}_{{ stage }}' as measure,
        1 as quantity
    from lead_cycles
    where {{ stage }}_date is not null
    union all
    {%- endfor %}
    {%- endfor %}
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
    from measured
    group by campaign_id, channel, {{ month_start('measure_date') }}, measure
),

results_gathered_by_month as (
    select
        added_up.campaign_id,
        added_up.channel,
        case
            when added_up.channel not in ('no touch', 'no response', 'no campaign')
                then coalesce(channels.channel_owner, 'marketing')  -- as for touches of a channel nobody defined
        end as channel_owner,
        added_up.month_start_date,
        added_up.measure,
        added_up.quantity
    from added_up
    left join channels on added_up.channel = channels.channel
)

select * from results_gathered_by_month
