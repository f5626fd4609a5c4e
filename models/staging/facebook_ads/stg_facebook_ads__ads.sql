with

raw_ads as (
    select * from {{ raw('facebook_ads', 'ads') }}
),

ads as (
    select
        id as ad_id,
        campaign_id as ad_campaign_id,
        account_id as ad_account_id
    from raw_ads
)

select * from ads
