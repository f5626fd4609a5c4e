-- Staging and the prepared deals hold the same ids, each once; a join that drops or doubles deals shows here.
with opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
),

prepared as (
    select * from {{ ref('int_opportunities_prepared') }}
),

counted as (
    select
        opportunities.opportunity_id as staged_id,
        prepared.opportunity_id as prepared_id,
        count(*) as row_count
    from opportunities
    full outer join prepared on opportunities.opportunity_id = prepared.opportunity_id
    group by opportunities.opportunity_id, prepared.opportunity_id
)

select
    staged_id,
    prepared_id,
    row_count
from counted
where staged_id is null or prepared_id is null or row_count > 1
