with contacts as (
    select * from {{ ref('stg_crm__contacts') }}
),

leads as (
    select * from {{ ref('stg_crm__leads') }}
),

leads_and_contacts as (
    select
        'lead' as record_type,
        lead_id as record_id,
        merged_into_lead_id as merged_into_record_id,
        converted_contact_id as contact_id,
        converted_account_id as account_id,
        created_at,
        email_hash,
        email_domain,
        coalesce(is_role_mailbox, false) as is_role_mailbox,
        job_title,
        lead_source,
        company_name,
        country
    from leads
    union all
    select
        'contact' as record_type,
        contact_id as record_id,
        merged_into_contact_id as merged_into_record_id,
        contact_id,
        account_id,
        created_at,
        email_hash,
        email_domain,
        coalesce(is_role_mailbox, false) as is_role_mailbox,
        job_title,
        lead_source,
        cast(null as string) as company_name,
        cast(null as string) as country
    from contacts
),

records_gathered as (
    select
        record_type || ':' || record_id as record_key,
        record_type,
        record_id,
        merged_into_record_id,
        contact_id,
        account_id,
        created_at,
        email_hash,
        email_domain,
        job_title,
        lead_source,
        {{ normalised_company_name('company_name') }} as normalised_name,
        country,
        is_role_mailbox
    from leads_and_contacts
)

select * from records_gathered
