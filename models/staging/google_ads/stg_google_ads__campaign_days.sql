with

raw_campaign_days as (
    select * from {{ raw('google_ads', 'campaign_days') }}
),

campaign_days as (
    select
        {{ raw_row_key('google_ads', 'campaign_days') }} as row_key,
        id as ad_campaign_id,
        customer_id as ad_account_id,
        date as spend_date,
        cast(cost_micros / 1000000.0 as decimal(18, 4)) as cost,
        clicks as click_count,
        impressions as impression_count
    from raw_campaign_days
)

select * from campaign_days
