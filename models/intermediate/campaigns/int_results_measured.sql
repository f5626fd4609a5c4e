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

measured as (
    select
        'cost' as row_kind,
        cost_days.cost_id as row_key,
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
        'touch' as row_kind,
        touch_id as row_key,
        campaign_id,
        channel,
        touch_date as measure_date,
        case when is_known then 'response' else 'other_touch' end as measure,
        1 as quantity
    from touches
    {%- for stage in ['mql', 'sal', 'sql'] %}
    {%- for basis, measure_date in [('cohort', 'started_date'), ('period', stage ~ '_date')] %}
    union all
    select
        'lead cycle' as row_kind,
        lead_cycle_id as row_key,
        opening_campaign_id as campaign_id,
        coalesce(channel, 'no touch') as channel,
        {{ measure_date }} as measure_date,
        '{{ basis }}_{{ stage }}' as measure,
        1 as quantity
    from lead_cycles
    where {{ stage }}_date is not null
    {%- endfor %}
    {%- endfor %}
)

select * from measured
