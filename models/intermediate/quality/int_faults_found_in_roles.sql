with opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
),

contact_roles as (
    select * from {{ ref('stg_crm__opportunity_contact_roles') }}
),

contacts as (
    select * from {{ ref('stg_crm__contacts') }}
),

accounts_merged as (
    select * from {{ ref('int_accounts_merged') }}
),

observed as (
    select * from {{ ref('int_contacts_observed_at_accounts') }}
),

-- whoever moved belonged to each of their accounts
accounts_of_contacts as (
    select
        contacts.contact_id,
        accounts_merged.surviving_account_id as account_id
    from contacts
    inner join accounts_merged on contacts.account_id = accounts_merged.account_id
    union
    select
        contact_id,
        account_id
    from observed
),

roles_compared as (
    select
        contact_roles.contact_role_id,
        bool_or(accounts_of_contacts.account_id = opportunities.account_id) as is_of_account
    from contact_roles
    inner join opportunities on contact_roles.opportunity_id = opportunities.opportunity_id
    inner join accounts_of_contacts on contact_roles.contact_id = accounts_of_contacts.contact_id
    where opportunities.account_id is not null
    group by contact_roles.contact_role_id
),

deals_with_roles as (
    select opportunity_id
    from contact_roles
    group by opportunity_id
),

faults_found as (
    select
        'F09' as fault_id,
        'crm' as source_system,
        'opportunities' as source_table,
        opportunities.opportunity_id as row_key,
        'nobody has a role in it' as fault_detail
    from opportunities
    left join deals_with_roles on opportunities.opportunity_id = deals_with_roles.opportunity_id
    where
        deals_with_roles.opportunity_id is null
        and exists (select 1 from contact_roles)
    union all
    select
        'F10' as fault_id,
        'crm' as source_system,
        'opportunity_contact_roles' as source_table,
        contact_role_id as row_key,
        'the contact is of another account' as fault_detail
    from roles_compared
    where not is_of_account
)

select * from faults_found
