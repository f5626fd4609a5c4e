with

raw_ad_days as (
    select * from {{ raw('facebook_ads', 'ad_days') }}
),

ad_days as (
    select
        {{ raw_row_key('facebook_ads', 'ad_days') }} as row_key,
        ad_id,
        account_id as ad_account_id,
        date as spend_date,
        spend as cost,
        inline_link_clicks as click_count,
        impressions as impression_count
    from raw_ad_days
)

select * from ad_days
