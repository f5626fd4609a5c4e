-- No credited touch is before the window or after the cut-off of its scope, a machine's, or of another account's
-- people. Compared on days: the finer rule within the day of creation is a unit test.
with credited as (
    select
        opportunity_id,
        touch_id,
        attribution_scope
    from {{ ref('int_touches_weighed_by_model') }}
),

touches as (
    select
        touch_id,
        touch_date,
        touch_kind,
        is_human_activity
    from {{ ref('int_touches_unioned') }}
),

opportunities as (
    select
        opportunity_id,
        created_date,
        closed_date,
        journey_starts_date,
        is_won,
        exclusion_reason
    from {{ ref('int_opportunities_prepared') }}
)

select
    credited.opportunity_id,
    credited.touch_id,
    credited.attribution_scope
from credited
left join touches on credited.touch_id = touches.touch_id
left join opportunities on credited.opportunity_id = opportunities.opportunity_id
where
    touches.touch_id is null
    or opportunities.opportunity_id is null
    or opportunities.exclusion_reason is not null
    or touches.touch_date < opportunities.journey_starts_date
    or (credited.attribution_scope = 'pipeline' and touches.touch_date > opportunities.created_date)
    or (
        credited.attribution_scope = 'revenue'
        and (not opportunities.is_won or touches.touch_date > opportunities.closed_date)
    )
    or (touches.touch_kind = 'activity' and not touches.is_human_activity)
union all
select
    'none' as opportunity_id,
    'no touch to check' as touch_id,
    'none' as attribution_scope
where (select count(*) from credited) = 0 and '{{ setting("raw_data") }}' = 'sample'
