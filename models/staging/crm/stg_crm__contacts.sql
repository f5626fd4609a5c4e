with

raw_contacts as (
    select * from {{ raw('crm', 'contacts') }}
),

contacts as (
    select
        {{ crm_id('id') }} as contact_id,
        {{ crm_id('account_id') }} as account_id,
        case when is_deleted then {{ crm_id('master_record_id') }} end as merged_into_contact_id,
        {{ crm_id('owner_id') }} as owner_id,
        created_date as created_at,
        {{ email_hash('email') }} as email_hash,
        {{ email_domain('email') }} as email_domain,
        {{ is_role_mailbox('email') }} as is_role_mailbox,
        title as job_title,
        lead_source
    from raw_contacts
    where not coalesce(is_deleted, false) or master_record_id is not null
)

select * from contacts
