with accounts as (
    select * from {{ ref('stg_crm__accounts') }}
),

accounts_merged as (
    select * from {{ ref('int_accounts_merged') }}
),

accounts_rolled_up as (
    select * from {{ ref('int_accounts_rolled_up') }}
),

campaigns_with_ancestors as (
    select * from {{ ref('int_campaigns_with_ancestors') }}
),

surviving as (
    select
        accounts.*,
        count(*) over (partition by accounts.account_domain) as domain_account_count
    from accounts
    inner join accounts_merged on accounts.account_id = accounts_merged.surviving_account_id
    where accounts_merged.account_id = accounts_merged.surviving_account_id
),

faults_found as (
    select
        'F03' as fault_id,
        'crm' as source_system,
        'accounts' as source_table,
        accounts.account_id as row_key,
        case
            when accounts_merged.is_in_cycle then 'merged in a circle'
            else 'merged into ' || accounts.merged_into_account_id
        end as fault_detail
    from accounts
    inner join accounts_merged on accounts.account_id = accounts_merged.account_id
    where accounts.merged_into_account_id is not null
    union all
    select
        'F25' as fault_id,
        'crm' as source_system,
        'accounts' as source_table,
        account_id as row_key,
        cast(domain_account_count as string) || ' accounts have its domain' as fault_detail
    from surviving
    where account_domain is not null and domain_account_count > 1
    union all
    select
        'F27' as fault_id,
        'crm' as source_system,
        'accounts' as source_table,
        accounts.account_id as row_key,
        'its own ancestor' as fault_detail
    from accounts
    inner join accounts_rolled_up on accounts.account_id = accounts_rolled_up.account_id
    where accounts_rolled_up.is_own_ancestor or accounts.parent_account_id = accounts.account_id
    union all
    select
        'F27' as fault_id,
        'crm' as source_system,
        'campaigns' as source_table,
        campaign_id as row_key,
        'its own ancestor' as fault_detail
    from campaigns_with_ancestors
    where campaign_id = ancestor_campaign_id and is_in_cycle
)

select * from faults_found
