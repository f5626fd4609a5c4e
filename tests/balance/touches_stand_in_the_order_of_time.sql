-- Positions decide who earns, so they follow the one total order: without its last words (kind, system, id) two touches
-- of one moment would change places from run to run.
with placed as (
    select
        opportunity_id,
        touch_id,
        position
    from {{ ref('int_touches_placed_on_opportunities') }}
),

touches as (
    select
        touch_id,
        touch_date,
        touch_at,
        touch_kind_rank,
        source_rank
    from {{ ref('int_touches_unioned') }}
),

ranked as (
    select
        placed.opportunity_id,
        placed.touch_id,
        placed.position,
        rank() over (
            partition by placed.opportunity_id
            order by
                touches.touch_date, touches.touch_at, touches.touch_kind_rank, touches.source_rank, touches.touch_id
        ) as expected_position
    from placed
    inner join touches on placed.touch_id = touches.touch_id
)

select
    opportunity_id,
    touch_id
from ranked
where position <> expected_position
union all
select
    'none' as opportunity_id,
    'no touch to check' as touch_id
where (select count(*) from ranked) = 0 and '{{ setting("raw_data") }}' = 'sample'
