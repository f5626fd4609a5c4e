with changes as (
    select * from {{ ref('int_opportunity_changes_gathered') }}
),

opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
),

-- History rows that change only an amount or a close date stay at the stage: it was entered, and is read, before them.
entered as (
    select
        changes.opportunity_change_id,
        changes.opportunity_id,
        changes.changed_at,
        {{ local_date('changes.changed_at') }} as entered_date,
        {{ label('changes.stage_name') }} as stage_name,
        {{ label('changes.stage_name') }} = {{ label('opportunities.stage_name') }} as is_of_today,
        {{ is_flagged_closed('opportunities') }}
        and {{ label('changes.stage_name') }} = {{ label('opportunities.stage_name') }} as is_closed_today
    from changes
    inner join opportunities on changes.opportunity_id = opportunities.opportunity_id
    where changes.stage_name is not null
    -- The CRM stamps whole seconds; within one the id of the history row tells the order.
    qualify
        {{ label('changes.stage_name') }} is distinct from lag({{ label('changes.stage_name') }}) over (
            partition by changes.opportunity_id order by changes.changed_at, changes.opportunity_change_id
        )
)

select * from entered
