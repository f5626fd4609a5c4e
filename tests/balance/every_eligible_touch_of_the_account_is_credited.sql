-- The other way round: each touch of the deal's account inside the window and before the day of creation has a row
-- in the pipeline. A dropped touch or a shorter lookback shows here.
with credited as (
    select
        opportunity_id,
        touch_id
    from {{ ref('int_touches_weighed_by_model') }}
    where attribution_scope = 'pipeline'
),

eligible as (
    select
        opportunities.opportunity_id,
        touches.touch_id
    from {{ ref('int_opportunities_prepared') }} as opportunities
    inner join {{ ref('touches') }} as touches on opportunities.account_id = touches.account_id
    where
        opportunities.exclusion_reason is null
        and touches.touch_date >= opportunities.journey_starts_date
        and touches.touch_date < opportunities.created_date
        and (touches.touch_kind <> 'activity' or touches.is_human_activity)
        and '{{ setting("attribution_population") }}' = 'account'
)

select
    eligible.opportunity_id,
    eligible.touch_id
from eligible
left join credited on eligible.opportunity_id = credited.opportunity_id and eligible.touch_id = credited.touch_id
where credited.touch_id is null
union all
select
    'none' as opportunity_id,
    'no touch to check' as touch_id
where (select count(*) from eligible) = 0 and '{{ setting("raw_data") }}' = 'sample' and '{{ setting("attribution_population") }}' = 'account'
