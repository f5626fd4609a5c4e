with google_campaigns as (
    select * from {{ ref('stg_google_ads__campaigns') }}
),

linkedin_campaigns as (
    select * from {{ ref('stg_linkedin_ads__campaigns') }}
),

facebook_campaigns as (
    select * from {{ ref('stg_facebook_ads__campaigns') }}
),

ad_spend as (
    select * from {{ ref('int_ad_spend_unioned') }}
),

campaign_names as (
    select * from {{ ref('int_campaigns_keyed_by_name') }}
),

unioned as (
    select
        'google_ads' as ad_platform,
        ad_campaign_id,
        ad_campaign_name
    from google_campaigns
    union all
    select
        'linkedin_ads' as ad_platform,
        ad_campaign_id,
        ad_campaign_name
    from linkedin_campaigns
    union all
    select
        'facebook_ads' as ad_platform,
        ad_campaign_id,
        ad_campaign_name
    from facebook_campaigns
    union all  -- a campaign that spent and has no record is still a campaign
    select
        ad_platform,
        ad_campaign_id,
        null as ad_campaign_name
    from ad_spend
),

ad_campaigns as (
    select
        ad_platform,
        ad_campaign_id,
        max(ad_campaign_name) as ad_campaign_name
    from unioned
    where ad_campaign_id is not null
    group by ad_platform, ad_campaign_id
),

ad_campaigns_linked as (
    select
        ad_campaigns.ad_platform,
        ad_campaigns.ad_campaign_id,
        coalesce(
            campaign_names.campaign_id, ad_campaigns.ad_platform || ':' || ad_campaigns.ad_campaign_id
        ) as campaign_id,
        ad_campaigns.ad_campaign_name,
        coalesce(campaign_names.matched_on, 'nothing') as matched_on,
        campaign_names.campaign_id is not null as is_known_to_crm
    from ad_campaigns
    left join campaign_names
        on {{ name_key('ad_campaigns.ad_campaign_name') }} = campaign_names.campaign_name_key
)

select * from ad_campaigns_linked
