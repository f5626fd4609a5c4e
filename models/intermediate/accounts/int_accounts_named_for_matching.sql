with accounts as (
    select * from {{ ref('stg_crm__accounts') }}
),

accounts_merged as (
    select * from {{ ref('int_accounts_merged') }}
),

accounts_named as (
    select distinct
        {{ normalised_company_name('accounts.account_name') }} as normalised_name,
        lower(accounts.country) as country,
        accounts_merged.surviving_account_id as account_id
    from accounts
    inner join accounts_merged on accounts.account_id = accounts_merged.account_id
)

select
    normalised_name,
    country,
    account_id
from accounts_named
where normalised_name is not null
