-- A ledger: a record enters once, with the source first seen, and its row never changes afterwards, not by a
-- later edit in the CRM and not by a full refresh. CRM users and enrichment tools overwrite lead sources.
{{ config(
    materialized='maintained' if tables_are_maintained() else 'incremental',
    incremental_strategy='append',
    full_refresh=false
) }}

with records as (
    select * from {{ ref('int_people_records_gathered') }}
),

source_changes as (
    select * from {{ ref('int_lead_changes_gathered') }}
    where field_name = 'leadsource'
),

first_changes as (
    select
        lead_id,
        coalesce(old_value, new_value) as lead_source
    from source_changes
    qualify row_number() over (partition by lead_id order by changed_at, lead_change_id) = 1
),

sources_first_seen as (
    select
        records.record_type,
        records.record_id,
        coalesce(first_changes.lead_source, records.lead_source) as original_lead_source,
        records.created_at as original_source_seen_at
    from records
    left join first_changes
        on
            records.record_id = first_changes.lead_id
            and records.record_type = 'lead'
    where coalesce(first_changes.lead_source, records.lead_source) is not null
)

select
    record_type,
    record_id,
    original_lead_source,
    original_source_seen_at
from sources_first_seen
{%- if is_incremental() %}
where
    not exists (
        select 1 from {{ this }} as ledger
        where
            ledger.record_type = sources_first_seen.record_type
            and ledger.record_id = sources_first_seen.record_id
    )
{%- endif %}
