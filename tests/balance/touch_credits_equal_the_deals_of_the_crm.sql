-- The published credit of each deal against the deals as staging has them, by a path the weighing did not touch:
-- every deal of the CRM is credited in full, once, or is excluded with a reason.
with deals as (
    select
        opportunities.opportunity_id,
        read_by_stage.is_won,
        opportunities_prepared.exclusion_reason,
        {{ money('valued.amount_minor') }} as amount
    from {{ ref('stg_crm__opportunities') }} as opportunities
    left join {{ ref('int_opportunities_valued') }} as valued on opportunities.opportunity_id = valued.opportunity_id
    left join {{ ref('int_opportunities_read_by_stage') }} as read_by_stage
        on opportunities.opportunity_id = read_by_stage.opportunity_id
    left join {{ ref('int_opportunities_prepared') }} as opportunities_prepared
        on opportunities.opportunity_id = opportunities_prepared.opportunity_id
),

credited as (
    select
        opportunity_id,
        sum(sourced_pipeline_amount) as sourced_amount,
        sum(credited_pipeline_amount) as pipeline_amount,
        sum(credited_revenue_amount) as revenue_amount,
        sum(sourced_deal_share) as sourced_share,
        sum(credited_deal_share) as pipeline_share,
        sum(credited_win_share) as revenue_share
    from {{ ref('touch_credits') }}
    group by opportunity_id
)

select
    coalesce(deals.opportunity_id, credited.opportunity_id) as opportunity_id,
    deals.amount,
    credited.pipeline_amount
from deals
full outer join credited on deals.opportunity_id = credited.opportunity_id
where
    deals.opportunity_id is null
    or (deals.exclusion_reason is null) <> (credited.opportunity_id is not null)
    or (deals.exclusion_reason is null and (
        credited.sourced_amount is distinct from deals.amount
        or credited.pipeline_amount is distinct from deals.amount
        or credited.revenue_amount is distinct from case when deals.is_won then deals.amount else 0 end
        or credited.sourced_share <> 1
        or credited.pipeline_share <> 1
        or credited.revenue_share <> case when deals.is_won then 1 else 0 end
    ))
union all
select
    'no deal to check' as opportunity_id,
    null as amount,
    null as pipeline_amount
where (select count(*) from deals) = 0 and '{{ setting("raw_data") }}' = 'sample'
