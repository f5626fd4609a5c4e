with contacts as (
    select * from {{ ref('stg_crm__contacts') }}
    where
        merged_into_contact_id is null
        and email_domain is not null
),

accounts_merged as (
    select * from {{ ref('int_accounts_merged') }}
),

domains_counted as (
    select
        accounts_merged.surviving_account_id as account_id,
        contacts.email_domain,
        count(*) as contact_count
    from contacts
    inner join accounts_merged on contacts.account_id = accounts_merged.account_id
    group by accounts_merged.surviving_account_id, contacts.email_domain
),

domains_compared as (
    select
        account_id,
        email_domain,
        contact_count,
        sum(contact_count) over (partition by account_id) as account_contact_count
    from domains_counted
),

account_domains_of_contacts as (
    select
        account_id,
        email_domain,
        -- one contact proves nothing, and at 60 % no second domain can be as common
        contact_count >= 2 and contact_count * 10 >= account_contact_count * 6 as is_dominant,
        contact_count,
        cast(account_contact_count as bigint) as account_contact_count
    from domains_compared
)

select * from account_domains_of_contacts
