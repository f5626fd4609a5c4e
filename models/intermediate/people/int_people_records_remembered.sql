-- A ledger of which lead or contact belonged to which account (and of a lead, what it was converted to), and since which
-- day of the data that is known: a row stays when the CRM changes the account, when the person is erased, and through
-- a full refresh. No personal data.
{{ config(
    materialized='maintained' if tables_are_maintained() else 'incremental',
    incremental_strategy='append',
    full_refresh=false
) }}

with leads as (
    select * from {{ ref('stg_crm__leads') }}
),

contacts as (
    select * from {{ ref('stg_crm__contacts') }}
),

records as (
    select
        'lead' as record_type,
        lead_id as record_id,
        converted_contact_id as contact_id,
        converted_account_id as account_id,
        converted_opportunity_id as opportunity_id,
        created_at
    from leads
    union all
    select
        'contact' as record_type,
        contact_id as record_id,
        contact_id,
        account_id,
        cast(null as string) as opportunity_id,
        created_at
    from contacts
),

records_remembered as (
    select
        record_type,
        record_id,
        contact_id,
        account_id,
        opportunity_id,
        created_at,
        {{ as_of_date() }} as seen_date
    from records
)

select
    record_type,
    record_id,
    contact_id,
    account_id,
    opportunity_id,
    created_at,
    seen_date
from records_remembered
{%- if is_incremental() %}
where
    not exists (
        select 1 from {{ this }} as ledger
        where
            ledger.record_type = records_remembered.record_type
            and ledger.record_id = records_remembered.record_id
            and ledger.contact_id is not distinct from records_remembered.contact_id
            and ledger.account_id is not distinct from records_remembered.account_id
            and ledger.opportunity_id is not distinct from records_remembered.opportunity_id
    )
{%- endif %}
