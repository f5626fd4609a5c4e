with recursive accounts as (
    select * from {{ ref('stg_crm__accounts') }}
),

accounts_merged as (
    select * from {{ ref('int_accounts_merged') }}
),

parents as (
    select
        accounts.account_id,
        parents_merged.surviving_account_id as parent_account_id
    from accounts
    inner join accounts_merged
        on
            accounts.account_id = accounts_merged.account_id
            and accounts_merged.account_id = accounts_merged.surviving_account_id
    inner join accounts_merged as parents_merged on accounts.parent_account_id = parents_merged.account_id
    where accounts.account_id <> parents_merged.surviving_account_id
),

parents_followed as (
    select
        surviving_account_id as account_id,
        surviving_account_id as reached_account_id,
        0 as level_count
    from accounts_merged
    where account_id = surviving_account_id
    union all
    select
        parents_followed.account_id,
        parents.parent_account_id as reached_account_id,
        parents_followed.level_count + 1 as level_count
    from parents_followed
    inner join parents on parents_followed.reached_account_id = parents.account_id
    where parents_followed.level_count < 10
),

accounts_rolled_up as (
    select
        parents_followed.account_id,
        max(parents.parent_account_id) as parent_account_id,
        -- no group of companies has ten levels; parents that many go in a circle, and each stays its own
        case
            when max(parents_followed.level_count) = 10 then parents_followed.account_id
            else max_by(parents_followed.reached_account_id, parents_followed.level_count)
        end as ultimate_parent_account_id,
        max(parents_followed.level_count) = 10 as is_in_parent_cycle,
        bool_or(parents_followed.level_count > 0 and parents_followed.reached_account_id = parents_followed.account_id)
            as is_own_ancestor
    from parents_followed
    left join parents on parents_followed.account_id = parents.account_id
    group by parents_followed.account_id
)

select
    account_id,
    parent_account_id,
    ultimate_parent_account_id,
    is_in_parent_cycle,
    is_own_ancestor
from accounts_rolled_up
