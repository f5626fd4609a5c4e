with

raw_contacts as (
    select * from {{ raw('crm', 'contacts') }}
),

addressed as (
    select
        *,
        {{ normalised_email('email') }} as email_address
    from raw_contacts
    where not coalesce(is_deleted, false) or master_record_id is not null
),

contacts as (
    select
        {{ crm_id('id') }} as contact_id,
        {{ crm_id('account_id') }} as account_id,
        case when is_deleted then {{ crm_id('master_record_id') }} end as merged_into_contact_id,
        {{ crm_id('owner_id') }} as owner_id,
        created_date as created_at,
        {{ email_hash('email_address') }} as email_hash,
        {{ email_domain('email_address') }} as email_domain,
        {{ id_problem(['id', 'account_id', 'owner_id', 'master_record_id']) }} as id_problem,
        {{ is_role_mailbox('email_address') }} as is_role_mailbox,
        {{ is_test_mailbox('email_address') }} as is_test_mailbox,
        email is not null and email_address is null as has_unusable_email,
        {{ without_emails('title') }} as job_title,
        {{ without_emails('lead_source') }} as lead_source
    from addressed
)

select * from contacts
