with costs as (
    select * from {{ ref('int_costs_gathered') }}
),

ancestors as (
    -- in a circle nobody is the parent: two totals may then count twice, which is better than neither
    select * from {{ ref('int_campaigns_with_ancestors') }}
    where distance > 0 and not is_in_cycle
),

campaigns as (
    select
        campaign_id,
        bool_or(cost_source = 'ad_platform' and cost_minor <> 0) as has_ad_spend,
        bool_or(cost_source = 'invoice') as has_invoices,
        bool_or(cost_source <> 'budget' and cost_minor <> 0) as has_real_cost
    from costs
    where parked_reason is null and campaign_id is not null
    group by campaign_id
),

parents as (
    select
        ancestors.ancestor_campaign_id as campaign_id,
        bool_or(campaigns.has_real_cost) as has_costed_children,
        true as has_planned_children
    from ancestors
    inner join campaigns on ancestors.campaign_id = campaigns.campaign_id
    group by ancestors.ancestor_campaign_id
),

umbrellas as (  -- an actual cost booked on a parent alone pays for everything below it
    select distinct costs.campaign_id
    from costs
    inner join campaigns on costs.campaign_id = campaigns.campaign_id
    left join parents on costs.campaign_id = parents.campaign_id
    where
        costs.cost_source = 'crm_actual'
        and costs.parked_reason is null
        and not (campaigns.has_ad_spend or campaigns.has_invoices)
        and not coalesce(parents.has_costed_children, false)
),

children as (
    select distinct ancestors.campaign_id
    from ancestors
    inner join umbrellas on ancestors.ancestor_campaign_id = umbrellas.campaign_id
),

reasoned as (
    select
        costs.*,
        case
            when costs.parked_reason is not null or costs.cost_source in ('ad_platform', 'invoice') then null
            when campaigns.has_ad_spend then 'ad platform spend counts instead'
            when campaigns.has_invoices then 'invoices count instead'
            when costs.cost_source = 'budget' and campaigns.has_real_cost then 'CRM actual cost counts instead'
            when costs.cost_source = 'crm_actual' and parents.has_costed_children then 'parent of costed children'
            when costs.cost_source = 'budget' and parents.has_planned_children then 'parent of costed children'
            when costs.cost_source = 'budget' and children.campaign_id is not null then 'child of a costed parent'
        end as superseded_reason
    from costs
    left join campaigns on costs.campaign_id = campaigns.campaign_id
    left join parents on costs.campaign_id = parents.campaign_id
    left join children on costs.campaign_id = children.campaign_id
),

costs_ranked as (
    select
        cost_id,
        campaign_id,
        spend_date,
        start_date,
        end_date,
        cost_source,
        case
            when parked_reason is not null then 'parked'
            when superseded_reason is not null then 'superseded'
            else 'used'
        end as cost_status,
        coalesce(parked_reason, superseded_reason) as cost_reason,
        currency_code,
        cost_source = 'budget' as is_estimated,
        original_amount,
        cost_minor
    from reasoned
)

select * from costs_ranked
