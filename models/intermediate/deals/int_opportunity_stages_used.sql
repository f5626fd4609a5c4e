with entered as (
    select * from {{ ref('int_opportunity_stages_entered') }}
),

stages as (
    select * from {{ in_force(ref('opportunity_stages'), ['stage_name']) }}
),

-- Two million rows of history have twenty names on some thousand days.
names as (
    select
        stage_name,
        entered_date
    from entered
    group by
        stage_name,
        entered_date
),

used as (
    select
        stages.stage_order,
        min(names.entered_date) as first_used_date
    from names
    inner join stages
        on
            names.stage_name = stages.stage_name
            and {{ applies_on('names.entered_date', 'stages') }}
    where stages.stage_order is not null
    group by stages.stage_order
)

select * from used
