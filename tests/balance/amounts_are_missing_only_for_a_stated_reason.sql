with prepared as (
    select * from {{ ref('int_opportunities_prepared') }}
)

select
    opportunity_id,
    amount_problem,
    exclusion_reason,
    amount_minor
from prepared
where
    (amount_minor is null) <> (amount_problem is not null)
    or (amount_problem is not null and exclusion_reason is null)
