with accounts as (
    select * from {{ ref('stg_crm__accounts') }}
),

accounts_named as (
    select
        account_id,
        {{ normalised_company_name('account_name') }} as normalised_name,
        lower(country) as country
    from accounts
)

select
    account_id,
    normalised_name,
    country
from accounts_named
where normalised_name is not null
