with

raw_accounts as (
    select * from {{ raw('google_ads', 'accounts') }}
),

accounts as (
    select
        id as ad_account_id,
        upper(currency_code) as currency_code,
        time_zone
    from raw_accounts
)

select * from accounts
