with google_days as (
    select * from {{ ref('stg_google_ads__campaign_days') }}
),

linkedin_days as (
    select * from {{ ref('stg_linkedin_ads__campaign_days') }}
),

linkedin_campaigns as (
    select * from {{ ref('stg_linkedin_ads__campaigns') }}
),

facebook_days as (
    select * from {{ ref('stg_facebook_ads__ad_days') }}
),

facebook_ads as (
    select * from {{ ref('stg_facebook_ads__ads') }}
),

unioned as (
    select
        'google_ads' as ad_platform,
        ad_campaign_id,
        ad_account_id,
        spend_date,
        cost as original_amount,
        click_count,
        impression_count
    from google_days
    union all
    select
        'linkedin_ads' as ad_platform,
        linkedin_days.ad_campaign_id,
        linkedin_campaigns.ad_account_id,  -- LinkedIn's days do not name the account, its campaigns do
        linkedin_days.spend_date,
        linkedin_days.cost as original_amount,
        linkedin_days.click_count,
        linkedin_days.impression_count
    from linkedin_days
    left join linkedin_campaigns on linkedin_days.ad_campaign_id = linkedin_campaigns.ad_campaign_id
    union all
    select
        'facebook_ads' as ad_platform,
        coalesce(facebook_ads.ad_campaign_id, 'unknown') as ad_campaign_id,  -- spend of an ad without its record
        facebook_days.ad_account_id,
        facebook_days.spend_date,
        facebook_days.cost as original_amount,
        facebook_days.click_count,
        facebook_days.impression_count
    from facebook_days
    left join facebook_ads on facebook_days.ad_id = facebook_ads.ad_id
),

ad_spend as (  -- platforms cut a day by network, device or ad
    select
        ad_platform,
        ad_campaign_id,
        ad_account_id,
        spend_date,
        cast(sum(original_amount) as decimal(18, 4)) as original_amount,
        cast(coalesce(sum(click_count), 0) as bigint) as click_count,
        cast(coalesce(sum(impression_count), 0) as bigint) as impression_count
    from unioned
    group by ad_platform, ad_campaign_id, ad_account_id, spend_date
)

select * from ad_spend
