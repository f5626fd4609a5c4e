with

raw_leads as (
    select * from {{ raw('crm', 'leads') }}
),

addressed as (
    select
        *,
        {{ normalised_email('email') }} as email_address
    from raw_leads
    where not coalesce(is_deleted, false) or master_record_id is not null
),

leads as (
    select
        {{ crm_id('id') }} as lead_id,
        case when is_deleted then {{ crm_id('master_record_id') }} end as merged_into_lead_id,
        {{ crm_id('converted_account_id') }} as converted_account_id,
        {{ crm_id('converted_contact_id') }} as converted_contact_id,
        {{ crm_id('converted_opportunity_id') }} as converted_opportunity_id,
        {{ crm_id('owner_id') }} as owner_id,
        created_date as created_at,
        system_modstamp as touched_at,
        converted_date,
        {{ email_hash('email_address') }} as email_hash,
        {{ email_domain('email_address') }} as email_domain,
        {{ id_problem(['id', 'converted_account_id', 'converted_contact_id', 'converted_opportunity_id', 'owner_id', 'master_record_id']) }} as id_problem,
        {{ is_role_mailbox('email_address') }} as is_role_mailbox,
        {{ is_test_mailbox('email_address') }} as is_test_mailbox,
        email is not null and email_address is null as has_unusable_email,
        {{ without_emails('company') }} as company_name,
        {{ registrable_domain(url_host('website')) }} as company_domain,
        {{ without_emails('title') }} as job_title,
        status as lead_status,
        {{ without_emails('lead_source') }} as lead_source,
        country,
        industry,
        number_of_employees as employee_count,
        coalesce(is_converted, false) as is_converted
    from addressed
)

select * from leads
