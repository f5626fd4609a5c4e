with accounts as (
    select * from {{ ref('stg_crm__accounts') }}
),

accounts_merged as (
    select * from {{ ref('int_accounts_merged') }}
),

accounts_rolled_up as (
    select * from {{ ref('int_accounts_rolled_up') }}
),

accounts_compared as (
    select * from {{ ref('int_accounts_compared_for_matching') }}
),

people_matched_to_accounts as (
    select * from {{ ref('int_people_matched_to_accounts') }}
),

accounts_segmented as (
    select * from {{ ref('int_accounts_segmented') }}
),

records_by_account as (
    select
        surviving_account_id as account_id,
        count(*) as record_count,
        bool_or(is_in_cycle) as is_in_merge_cycle
    from accounts_merged
    group by surviving_account_id
),

people_by_account as (
    select
        account_id,
        count(*) as person_count
    from people_matched_to_accounts
    where account_id is not null
    group by account_id
),

accounts_of_the_company as (
    select
        accounts.account_id,
        accounts_rolled_up.parent_account_id,
        accounts_rolled_up.ultimate_parent_account_id,
        accounts.owner_id,
        accounts.marketer_id,
        accounts.created_at,
        accounts.account_name,
        accounts.account_domain,
        accounts.account_type,
        accounts.industry,
        accounts.country,
        accounts_segmented.segment,
        accounts_segmented.region,
        accounts_segmented.icp_tier,
        accounts.marketer_id || ' + ' || accounts.owner_id as owner_pair,
        accounts_compared.is_customer,
        accounts_compared.has_open_opportunity,
        records_by_account.is_in_merge_cycle,
        accounts_rolled_up.is_in_parent_cycle,
        cast(accounts.employee_count as bigint) as employee_count,
        cast(records_by_account.record_count as bigint) as record_count,
        cast(coalesce(people_by_account.person_count, 0) as bigint) as person_count
    from accounts
    inner join records_by_account on accounts.account_id = records_by_account.account_id
    inner join accounts_rolled_up on accounts.account_id = accounts_rolled_up.account_id
    inner join accounts_compared on accounts.account_id = accounts_compared.account_id
    inner join accounts_segmented on accounts.account_id = accounts_segmented.account_id
    left join people_by_account on accounts.account_id = people_by_account.account_id
)

select * from accounts_of_the_company
