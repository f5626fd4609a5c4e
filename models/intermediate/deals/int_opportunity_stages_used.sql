with changes as (
    select * from {{ ref('stg_crm__opportunity_changes') }}
),

opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
),

stages as (
    select * from {{ ref('opportunity_stages') }}
),

-- Two million rows of history have twenty names.
names as (
    select changes.stage_name
    from changes
    inner join opportunities on changes.opportunity_id = opportunities.opportunity_id
    group by changes.stage_name
),

used as (
    select
        stages.stage_order,
        row_number() over (order by stages.stage_order) as step_number
    from names
    inner join stages on {{ label('names.stage_name') }} = stages.stage_name
    where stages.stage_order is not null
    group by stages.stage_order
)

select * from used
