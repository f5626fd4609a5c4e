with google_accounts as (
    select * from {{ ref('stg_google_ads__accounts') }}
),

linkedin_accounts as (
    select * from {{ ref('stg_linkedin_ads__accounts') }}
),

facebook_accounts as (
    select * from {{ ref('stg_facebook_ads__accounts') }}
),

ad_accounts as (
    select
        'google_ads' as ad_platform,
        ad_account_id,
        upper(currency_code) as currency_code,
        time_zone
    from google_accounts
    union all
    select
        'linkedin_ads' as ad_platform,
        ad_account_id,
        upper(currency_code) as currency_code,
        cast(null as string) as time_zone  -- LinkedIn does not say it
    from linkedin_accounts
    union all
    select
        'facebook_ads' as ad_platform,
        ad_account_id,
        upper(currency_code) as currency_code,
        time_zone
    from facebook_accounts
)

select * from ad_accounts
