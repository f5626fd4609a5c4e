with contacts as (
    select * from {{ ref('stg_crm__contacts') }}
),

leads as (
    select * from {{ ref('stg_crm__leads') }}
),

people_erased as (
    select * from {{ ref('int_people_erased') }}
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
        coalesce(is_test_mailbox, false) as is_test_mailbox,
        has_unusable_email,
        job_title,
        lead_source,
        company_name,
        country,
        false as is_erased
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
        coalesce(is_test_mailbox, false) as is_test_mailbox,
        has_unusable_email,
        job_title,
        lead_source,
        cast(null as string) as company_name,
        cast(null as string) as country,
        false as is_erased
    from contacts
    union all
    -- nothing is left of who they were
    select
        record_type,
        record_id,
        cast(null as string) as merged_into_record_id,
        contact_id,
        account_id,
        created_at,
        cast(null as string) as email_hash,
        cast(null as string) as email_domain,
        false as is_role_mailbox,
        false as is_test_mailbox,
        false as has_unusable_email,
        cast(null as string) as job_title,
        cast(null as string) as lead_source,
        cast(null as string) as company_name,
        cast(null as string) as country,
        true as is_erased
    from people_erased
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
        is_role_mailbox,
        is_test_mailbox,
        has_unusable_email,
        is_erased
    from leads_and_contacts
)

select * from records_gathered
