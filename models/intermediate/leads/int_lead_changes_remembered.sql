-- A ledger: a CRM deletes its history with age, and what was once delivered stays here, through a full refresh too.
{{ config(
    materialized='maintained' if tables_are_maintained() else 'incremental',
    incremental_strategy='append',
    full_refresh=false
) }}

with changes as (
    select * from {{ ref('stg_crm__lead_changes') }}
),

changes_remembered as (
    select
        lead_change_id,
        lead_id,
        changed_at,
        field_name,
        old_value,
        new_value
    from changes
)

select
    lead_change_id,
    lead_id,
    changed_at,
    field_name,
    old_value,
    new_value
from changes_remembered
{%- if is_incremental() %}
where lead_change_id not in (select ledger.lead_change_id from {{ this }} as ledger)
{%- endif %}
