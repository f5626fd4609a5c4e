-- Every cycle of the events is in the mart once, and has exactly one way of ending (open is one).
with placed as (
    select * from {{ ref('int_lead_events_placed_in_cycles') }}
),

lead_cycles as (
    select * from {{ ref('lead_cycles') }}
),

expected as (
    select
        person_id,
        cycle_number,
        coalesce(max(disposition), 'open') as disposition,
        count(disposition) as end_count
    from placed
    group by person_id, cycle_number
)

select
    expected.person_id,
    expected.cycle_number,
    lead_cycles.lead_cycle_id,
    expected.disposition,
    lead_cycles.disposition as listed_disposition
from expected
full outer join lead_cycles
    on
        expected.person_id = lead_cycles.person_id
        and expected.cycle_number = lead_cycles.cycle_number
where
    expected.end_count > 1
    or expected.disposition is distinct from lead_cycles.disposition
union all
-- no events and no cycles agree about nothing
select
    'no cycle to check' as person_id,
    null as cycle_number,
    null as lead_cycle_id,
    null as disposition,
    null as listed_disposition
where (select count(*) from placed) = 0 and (select count(*) from {{ ref('stg_crm__leads') }}) > 0
