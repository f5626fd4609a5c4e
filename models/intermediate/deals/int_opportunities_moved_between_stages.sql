with entered as (
    select * from {{ ref('int_opportunity_stages_entered') }}
),

stages as (
    select * from {{ in_force(ref('opportunity_stages'), ['stage_name']) }}
),

stages_used as (
    select * from {{ ref('int_opportunity_stages_used') }}
),

-- A stage that the definitions do not know keeps its own name; it is closed when the CRM says so of the deal today.
named as (
    select
        entered.opportunity_change_id,
        entered.opportunity_id,
        entered.changed_at,
        entered.entered_date,
        coalesce(stages.canonical_stage, entered.stage_name) as canonical_stage,
        stages.stage_order,
        coalesce(stages.is_pipeline, true) as is_pipeline,
        coalesce(stages.is_closed, entered.is_closed_today) as is_closed
    from entered
    left join stages
        on
            entered.stage_name = stages.stage_name
            and {{ applies_on('entered.entered_date', 'stages') }}
),

compared as (
    select
        *,
        lag(canonical_stage) over in_order as previous_stage,
        lag(is_closed) over in_order as was_closed,
        lag(stage_order) over in_order as previous_order
    from named
    window in_order as (partition by opportunity_id order by changed_at, opportunity_change_id)
),

leaping as (
    select distinct compared.opportunity_change_id
    from compared
    inner join stages_used
        on
            compared.previous_order < stages_used.stage_order
            and compared.stage_order > stages_used.stage_order
            and compared.entered_date >= stages_used.first_used_date
),

moves as (
    select
        compared.opportunity_change_id,
        compared.opportunity_id,
        compared.changed_at,
        compared.canonical_stage,
        compared.previous_stage,
        compared.stage_order,
        compared.is_pipeline,
        compared.is_closed,
        coalesce(compared.was_closed and not compared.is_closed, false) as is_reopening,
        coalesce(compared.stage_order < compared.previous_order and not compared.was_closed, false) as is_backward,
        coalesce(
            compared.is_pipeline and not compared.was_closed and leaping.opportunity_change_id is not null, false
        ) as is_skipping
    from compared
    left join leaping on compared.opportunity_change_id = leaping.opportunity_change_id
    where compared.canonical_stage is distinct from compared.previous_stage
)

select * from moves
