-- What the channel rules would say of a campaign: an ad campaign is judged by its platform and name, as its clicks
-- are; any other by its type, as its responses are.
with campaigns as (
    select * from {{ ref('int_campaigns_gathered') }}
),

ad_campaigns as (
    select * from {{ ref('int_ad_campaigns_linked') }}
),

advertised as (  -- one campaign on several platforms is judged by one of them
    select
        campaign_id,
        ad_platform,
        ad_campaign_name
    from ad_campaigns
    qualify row_number() over (partition by campaign_id order by ad_platform, ad_campaign_id) = 1
),

campaigns_turned_into_clues as (
    select
        campaigns.campaign_id,
        campaigns.start_date,
        case when advertised.campaign_id is null then 'campaign_response' else 'web' end as touch_kind,
        case when advertised.campaign_id is null then coalesce(lower(campaigns.campaign_type), '') else '' end
            as campaign_type,
        case advertised.ad_platform
            when 'google_ads' then 'google'
            when 'linkedin_ads' then 'linkedin'
            when 'facebook_ads' then 'facebook'
            else ''
        end as source,
        case when advertised.campaign_id is null then '' else 'cpc' end as medium,
        coalesce(lower(advertised.ad_campaign_name), '') as campaign
    from campaigns
    left join advertised on campaigns.campaign_id = advertised.campaign_id
)

select * from campaigns_turned_into_clues
