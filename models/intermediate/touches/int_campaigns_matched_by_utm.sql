{%- set ad_platforms = ['google_ads', 'linkedin_ads', 'facebook_ads'] %}

with campaigns as (
    select * from {{ ref('stg_crm__campaigns') }}
),

crm_names as (
    select
        utm_campaign,
        campaign_id,
        offer_name,
        1 as match_rank,
        start_date
    from campaigns
    union all
    select
        lower(trim(campaign_name)) as utm_campaign,
        campaign_id,
        offer_name,
        2 as match_rank,
        start_date
    from campaigns
),

ad_campaigns as (
    {%- for platform in ad_platforms %}
    select
        '{{ platform }}:' || ad_campaign_id as campaign_id,
        lower(ad_campaign_id) as ad_campaign_id,
        lower(trim(ad_campaign_name)) as ad_campaign_name
    from {{ ref('stg_' ~ platform ~ '__campaigns') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- links tagged by an ad platform carry the number of its campaign, which the CRM may know by name
ad_names as (
    select
        ad_campaigns.ad_campaign_id as utm_campaign,
        crm_names.campaign_id,
        crm_names.offer_name,
        3 as match_rank,
        crm_names.start_date
    from ad_campaigns
    inner join crm_names on ad_campaigns.ad_campaign_name = crm_names.utm_campaign
    union all
    select
        ad_campaign_name as utm_campaign,
        campaign_id,
        cast(null as varchar) as offer_name,
        4 as match_rank,
        cast(null as date) as start_date
    from ad_campaigns
    union all
    select
        ad_campaign_id as utm_campaign,
        campaign_id,
        cast(null as varchar) as offer_name,
        5 as match_rank,
        cast(null as date) as start_date
    from ad_campaigns
),

campaigns_matched_by_utm as (
    select
        utm_campaign,
        campaign_id,
        offer_name
    from (select * from crm_names union all select * from ad_names) as names
    where utm_campaign is not null
    -- one tag on several campaigns: the newest of them, as the tag is copied from the older ones
    qualify
        row_number() over (
            partition by utm_campaign order by match_rank, start_date desc nulls last, campaign_id
        ) = 1
)

select * from campaigns_matched_by_utm
