-- A ledger: a CRM deletes its history with age, and what was once delivered stays here, through a full refresh too.
{{ config(
    materialized='maintained' if tables_are_maintained() else 'incremental',
    incremental_strategy='append',
    full_refresh=false
) }}

with changes as (
    select * from {{ ref('stg_crm__opportunity_changes') }}
),

changes_remembered as (
    select
        opportunity_change_id,
        opportunity_id,
        changed_at,
        close_date,
        stage_name,
        probability,
        amount
    from changes
)

select
    opportunity_change_id,
    opportunity_id,
    changed_at,
    close_date,
    stage_name,
    probability,
    amount
from changes_remembered
{%- if is_incremental() %}
where opportunity_change_id not in (select ledger.opportunity_change_id from {{ this }} as ledger)
{%- endif %}
