-- What is older than all that is delivered has been deleted with age and is remembered; what is gone from among the
-- newer rows was deleted for a reason and stays away.
with changes as (
    select * from {{ ref('stg_crm__opportunity_changes') }}
),

remembered as (
    select * from {{ ref('int_opportunity_changes_remembered') }}
),

histories_delivered as (
    select * from {{ ref('int_histories_delivered') }}
    where history_table = 'opportunity_changes'
),

rows_set_aside as (
    select row_key
    from {{ ref('int_source_rows_set_aside') }}
    where source_system = 'crm' and source_table = 'opportunity_changes'
),

changes_gathered as (
    select
        opportunity_change_id,
        opportunity_id,
        changed_at,
        close_date,
        stage_name,
        probability,
        amount,
        false as is_remembered
    from changes
    union all
    select
        remembered.opportunity_change_id,
        remembered.opportunity_id,
        remembered.changed_at,
        remembered.close_date,
        remembered.stage_name,
        remembered.probability,
        remembered.amount,
        true as is_remembered
    from remembered
    inner join histories_delivered on remembered.changed_at < histories_delivered.first_changed_at
    left join rows_set_aside on remembered.opportunity_change_id = rows_set_aside.row_key
    where rows_set_aside.row_key is null
)

select * from changes_gathered
