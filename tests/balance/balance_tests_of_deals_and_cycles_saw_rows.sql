-- The tests beside this one prove nothing over empty tables: where staging has rows, what they look at must too.
with staged as (
    select
        (select count(*) from {{ ref('stg_crm__opportunities') }}) as deal_count,
        (select count(*) from {{ ref('stg_crm__leads') }}) as lead_count,
        (select count(*) from {{ ref('int_opportunities_prepared') }}) as prepared_count,
        (select count(*) from {{ ref('opportunities') }}) as opportunity_count,
        (select count(*) from {{ ref('lead_cycles') }}) as cycle_count,
        (select count(*) from {{ ref('funnel_by_month') }}) as funnel_row_count
)

select *
from staged
where
    prepared_count <> deal_count
    or opportunity_count <> deal_count
    or (lead_count > 0 and cycle_count = 0)
    or (cycle_count > 0 and funnel_row_count = 0)
