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
union all
-- no amount is missing where there is no deal
select
    'no deal to check' as opportunity_id,
    null as amount_problem,
    null as exclusion_reason,
    null as amount_minor
where (select count(*) from prepared) = 0 and (select count(*) from {{ ref('stg_crm__opportunities') }}) > 0
