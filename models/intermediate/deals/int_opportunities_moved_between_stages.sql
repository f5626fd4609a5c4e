with changes as (
    select * from {{ ref('stg_crm__opportunity_changes') }}
),

opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
),

stages as (
    select * from {{ ref('opportunity_stages') }}
),

steps as (
    select * from {{ ref('int_opportunity_stages_used') }}
),

-- A stage that the definitions do not know keeps its own name; it is closed when the CRM says so of the deal today.
named as (
    select
        changes.opportunity_change_id,
        changes.opportunity_id,
        changes.changed_at,
        coalesce(stages.canonical_stage, {{ label('changes.stage_name') }}) as canonical_stage,
        stages.stage_order,
        coalesce(stages.is_pipeline, true) as is_pipeline,
        coalesce(
            stages.is_closed,
            opportunities.is_closed and changes.stage_name = opportunities.stage_name,
            false
        ) as is_closed
    from changes
    inner join opportunities on changes.opportunity_id = opportunities.opportunity_id
    left join stages on {{ label('changes.stage_name') }} = stages.stage_name
    where changes.stage_name is not null
),

compared as (
    select
        named.*,
        steps.step_number,
        lag(named.canonical_stage) over in_order as previous_stage,
        lag(named.is_closed) over in_order as was_closed,
        lag(steps.step_number) over in_order as previous_step_number
    from named
    left join steps on named.stage_order = steps.stage_order
    -- The CRM stamps whole seconds; within one the id of the history row tells the order.
    window in_order as (partition by named.opportunity_id order by named.changed_at, named.opportunity_change_id)
),

moves as (
    select
        opportunity_change_id,
        opportunity_id,
        changed_at,
        canonical_stage,
        previous_stage,
        stage_order,
        is_pipeline,
        is_closed,
        coalesce(was_closed and not is_closed, false) as is_reopening,
        coalesce(step_number < previous_step_number and not was_closed, false) as is_backward,
        coalesce(is_pipeline and not was_closed and step_number > previous_step_number + 1, false) as is_skipping
    from compared
    where canonical_stage is distinct from previous_stage
)

select * from moves
