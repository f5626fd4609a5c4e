-- A source that was overwritten (F06): by the history, or, where no history tells, because the record has another one
-- now than was first seen.
with lead_changes as (
    select * from {{ ref('stg_crm__lead_changes') }}
    where field_name = 'leadsource'
),

records as (
    select * from {{ ref('int_people_records_gathered') }}
),

original_sources as (
    select * from {{ ref('int_people_original_sources') }}
),

leads_with_history as (
    select lead_id
    from lead_changes
    group by lead_id
),

faults_found as (
    select
        'F06' as fault_id,
        'crm' as source_system,
        'lead_changes' as source_table,
        lead_change_id as row_key,
        'the source was changed' as fault_detail
    from lead_changes
    where old_value <> new_value
    union all
    select
        'F06' as fault_id,
        'crm' as source_system,
        original_sources.record_type || 's' as source_table,
        original_sources.record_id as row_key,
        'another source than was first seen' as fault_detail
    from original_sources
    inner join records
        on
            original_sources.record_type = records.record_type
            and original_sources.record_id = records.record_id
    left join leads_with_history
        on
            original_sources.record_id = leads_with_history.lead_id
            and original_sources.record_type = 'lead'
    where
        records.lead_source <> original_sources.original_lead_source
        and leads_with_history.lead_id is null
)

select * from faults_found
