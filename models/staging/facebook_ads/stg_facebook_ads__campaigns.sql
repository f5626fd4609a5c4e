with

raw_campaigns as (
    select * from {{ raw('facebook_ads', 'campaigns') }}
),

campaigns as (
    select
        id as ad_campaign_id,
        account_id as ad_account_id,
        {{ without_emails('name') }} as ad_campaign_name
    from raw_campaigns
)

select * from campaigns
