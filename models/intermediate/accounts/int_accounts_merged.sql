with recursive accounts as (
    select * from {{ ref('stg_crm__accounts') }}
),

-- ten merges in a row do not happen; a chain that long goes in a circle
merges_followed as (
    select
        account_id,
        account_id as reached_account_id,
        0 as merge_count
    from accounts
    union all
    select
        merges_followed.account_id,
        survivors.account_id as reached_account_id,
        merges_followed.merge_count + 1 as merge_count
    from merges_followed
    inner join accounts on merges_followed.reached_account_id = accounts.account_id
    inner join accounts as survivors on accounts.merged_into_account_id = survivors.account_id
    where merges_followed.merge_count < 10
),

accounts_merged as (
    select
        account_id,
        case when max(merge_count) = 10 then account_id else max_by(reached_account_id, merge_count) end
            as surviving_account_id,
        max(merge_count) as merge_count,
        max(merge_count) = 10 as is_in_cycle
    from merges_followed
    group by account_id
)

select
    account_id,
    surviving_account_id,
    merge_count,
    is_in_cycle
from accounts_merged
