with placed as (
    select * from {{ ref('int_lead_events_placed_in_cycles') }}
),

opportunities_linked as (
    select * from {{ ref('int_opportunities_linked_to_people') }}
),

-- The deal whose close ended the cycle, else the first that was created in it.
counted as (
    select
        placed.opportunity_id,
        placed.person_id,
        placed.cycle_number
    from placed
    inner join opportunities_linked
        on
            placed.opportunity_id = opportunities_linked.opportunity_id
            and placed.person_id = opportunities_linked.person_id
    where opportunities_linked.is_primary
    qualify row_number() over (
        partition by placed.person_id, placed.cycle_number
        order by
            case when placed.event_kind = 'deal_closed' then 0 else 1 end, placed.event_at, placed.opportunity_id
    ) = 1
)

select * from counted
