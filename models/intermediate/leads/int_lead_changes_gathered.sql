-- What is older than all that is delivered has been deleted with age and is remembered, as is what an erased lead went
-- through; what else is gone from among the newer rows was deleted for a reason and stays away.
with changes as (
    select * from {{ ref('stg_crm__lead_changes') }}
),

remembered as (
    select * from {{ ref('int_lead_changes_remembered') }}
),

histories_delivered as (
    select * from {{ ref('int_histories_delivered') }}
    where history_table = 'lead_changes'
),

rows_set_aside as (
    select row_key
    from {{ ref('int_source_rows_set_aside') }}
    where source_system = 'crm' and source_table = 'lead_changes'
),

people_erased as (
    select record_id
    from {{ ref('int_people_erased') }}
    where record_type = 'lead'
),

changes_gathered as (
    select
        lead_change_id,
        lead_id,
        changed_at,
        field_name,
        old_value,
        new_value,
        false as is_remembered
    from changes
    union all
    select
        remembered.lead_change_id,
        remembered.lead_id,
        remembered.changed_at,
        remembered.field_name,
        remembered.old_value,
        remembered.new_value,
        true as is_remembered
    from remembered
    cross join histories_delivered
    left join people_erased on remembered.lead_id = people_erased.record_id
    left join changes on remembered.lead_change_id = changes.lead_change_id
    left join rows_set_aside on remembered.lead_change_id = rows_set_aside.row_key
    where
        (remembered.changed_at < histories_delivered.first_changed_at or people_erased.record_id is not null)
        and changes.lead_change_id is null
        and rows_set_aside.row_key is null
)

select * from changes_gathered
