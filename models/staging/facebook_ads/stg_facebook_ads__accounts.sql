with

raw_accounts as (
    select * from {{ raw('facebook_ads', 'accounts') }}
),

accounts as (
    select
        id as ad_account_id,
        upper(currency) as currency_code,
        timezone_name as time_zone
    from raw_accounts
)

select * from accounts
