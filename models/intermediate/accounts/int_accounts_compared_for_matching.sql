with accounts as (
    select * from {{ ref('stg_crm__accounts') }}
),

accounts_merged as (
    select * from {{ ref('int_accounts_merged') }}
),

contacts as (
    select * from {{ ref('stg_crm__contacts') }}
    where merged_into_contact_id is null
),

opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
),

read_by_stage as (
    select * from {{ ref('int_opportunities_read_by_stage') }}
),

contacts_by_account as (
    select
        accounts_merged.surviving_account_id as account_id,
        count(*) as contact_count
    from contacts
    inner join accounts_merged on contacts.account_id = accounts_merged.account_id
    group by accounts_merged.surviving_account_id
),

opportunities_by_account as (
    select
        accounts_merged.surviving_account_id as account_id,
        bool_or(read_by_stage.is_won) as has_won_opportunity,
        bool_or(not read_by_stage.is_closed) as has_open_opportunity
    from opportunities
    inner join read_by_stage on opportunities.opportunity_id = read_by_stage.opportunity_id
    inner join accounts_merged on opportunities.account_id = accounts_merged.account_id
    group by accounts_merged.surviving_account_id
),

accounts_compared as (
    select
        accounts.account_id,
        accounts.created_at,
        coalesce(opportunities_by_account.has_won_opportunity, false)
        or coalesce(lower(accounts.account_type) like 'customer%', false) as is_customer,
        coalesce(opportunities_by_account.has_open_opportunity, false) as has_open_opportunity,
        coalesce(contacts_by_account.contact_count, 0) as contact_count
    from accounts
    inner join accounts_merged
        on
            accounts.account_id = accounts_merged.account_id
            and accounts_merged.account_id = accounts_merged.surviving_account_id
    left join contacts_by_account on accounts.account_id = contacts_by_account.account_id
    left join opportunities_by_account on accounts.account_id = opportunities_by_account.account_id
)

select * from accounts_compared
