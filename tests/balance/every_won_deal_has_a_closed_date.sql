-- A won deal without a date would be in no month of any report.
with prepared as (
    select * from {{ ref('int_opportunities_prepared') }}
)

select
    opportunity_id,
    opportunity_stage
from prepared
where is_won and closed_date is null
union all
-- no date is missing where there is no deal
select
    'no deal to check' as opportunity_id,
    null as opportunity_stage
where (select count(*) from prepared) = 0 and (select count(*) from {{ ref('stg_crm__opportunities') }}) > 0
