-- A won deal without a date would be in no month of any report.
with prepared as (
    select * from {{ ref('int_opportunities_prepared') }}
)

select
    opportunity_id,
    opportunity_stage
from prepared
where is_won and closed_date is null
