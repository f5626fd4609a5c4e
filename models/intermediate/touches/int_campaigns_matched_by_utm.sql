-- Spend and visits find a campaign by the same names, or a campaign's return would be the cost of one and the
-- credit of another.
with visit_sources as (
    select * from {{ ref('int_visit_sources_named') }}
),

campaign_names as (
    select * from {{ ref('int_campaigns_keyed_by_name') }}
),

ad_campaigns as (
    select * from {{ ref('int_ad_campaigns_linked') }}
),

campaigns as (
    select * from {{ ref('int_campaigns_gathered') }}
),

tags as (
    select distinct
        utm_campaign,
        {{ name_key('utm_campaign') }} as campaign_name_key
    from visit_sources
    where utm_campaign is not null
),

-- links tagged by an ad platform carry the number of its campaign or its name
names as (
    select
        campaign_name_key,
        campaign_id,
        1 as match_rank
    from campaign_names
    union all
    select
        {{ name_key('ad_campaign_name') }} as campaign_name_key,
        campaign_id,
        2 as match_rank
    from ad_campaigns
    union all
    select
        {{ name_key('ad_campaign_id') }} as campaign_name_key,
        campaign_id,
        3 as match_rank
    from ad_campaigns
),

campaigns_matched_by_utm as (
    select
        tags.utm_campaign,
        names.campaign_id,
        campaigns.offer_name
    from tags
    inner join names on tags.campaign_name_key = names.campaign_name_key
    inner join campaigns on names.campaign_id = campaigns.campaign_id
    qualify row_number() over (partition by tags.utm_campaign order by names.match_rank, names.campaign_id) = 1
)

select * from campaigns_matched_by_utm
