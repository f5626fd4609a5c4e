with

raw_campaign_days as (
    select * from {{ raw('linkedin_ads', 'campaign_days') }}
),

campaign_days as (
    select
        {{ raw_row_key('linkedin_ads', 'campaign_days') }} as row_key,
        campaign_id as ad_campaign_id,
        cast(null as string) as ad_account_id,
        {{ day_of_moment('day') }} as spend_date,
        cost_in_local_currency as cost,
        clicks as click_count,
        impressions as impression_count
    from raw_campaign_days
)

select * from campaign_days
