with campaigns_gathered as (
    select * from {{ ref('int_campaigns_gathered') }}
),

campaigns_on_channels as (
    select * from {{ ref('int_campaigns_assigned_to_channels') }}
),

cost_days as (
    select * from {{ ref('int_costs_spread_by_day') }}
),

parked_costs as (
    select *
    from {{ ref('int_costs_ranked') }}
    where cost_status = 'parked'
),

costs_by_campaign as (
    select
        campaign_id,
        bool_or(cost_status = 'used' and is_estimated) as is_cost_estimated,
        sum(cost_minor) filter (where cost_status = 'used') as cost_minor,
        sum(cost_minor) filter (where cost_status = 'superseded') as superseded_minor
    from cost_days
    group by campaign_id
),

parked_by_campaign as (
    select
        campaign_id,
        count(*) as parked_cost_count,
        sum(cost_minor) as parked_minor
    from parked_costs
    group by campaign_id
),

campaigns as (
    select
        campaigns_gathered.campaign_id,
        campaigns_gathered.parent_campaign_id,
        campaigns_gathered.program_id,
        campaigns_gathered.start_date,
        campaigns_gathered.end_date,
        campaigns_gathered.campaign_name,
        campaigns_gathered.program_name,
        campaigns_gathered.campaign_type,
        campaigns_on_channels.channel,
        campaigns_gathered.offer_name,
        campaigns_gathered.source_system,
        campaigns_gathered.is_in_cycle as is_in_parent_cycle,
        coalesce(costs_by_campaign.is_cost_estimated, false) as is_cost_estimated,
        {{ reporting_currency() }} as currency_code,
        {{ money('coalesce(costs_by_campaign.cost_minor, 0)') }} as cost_amount,
        {{ money('coalesce(costs_by_campaign.superseded_minor, 0)') }} as superseded_cost_amount,
        {{ money('coalesce(parked_by_campaign.parked_minor, 0)') }} as parked_cost_amount,
        cast(coalesce(parked_by_campaign.parked_cost_count, 0) as bigint) as parked_cost_count
    from campaigns_gathered
    inner join campaigns_on_channels on campaigns_gathered.campaign_id = campaigns_on_channels.campaign_id
    left join costs_by_campaign on campaigns_gathered.campaign_id = costs_by_campaign.campaign_id
    left join parked_by_campaign on campaigns_gathered.campaign_id = parked_by_campaign.campaign_id
)

select * from campaigns
