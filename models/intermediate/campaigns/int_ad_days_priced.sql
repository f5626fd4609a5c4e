with google_days as (
    select * from {{ ref('stg_google_ads__campaign_days') }}
),

linkedin_days as (
    select * from {{ ref('stg_linkedin_ads__campaign_days') }}
),

facebook_days as (
    select * from {{ ref('stg_facebook_ads__ad_days') }}
),

unioned as (
    select
        'google_ads' as ad_platform,
        'campaign_days' as source_table,
        row_key,
        ad_campaign_id as advertised_id,
        cost,
        click_count,
        impression_count
    from google_days
    union all
    select
        'linkedin_ads' as ad_platform,
        'campaign_days' as source_table,
        row_key,
        ad_campaign_id as advertised_id,
        cost,
        click_count,
        impression_count
    from linkedin_days
    union all
    select
        'facebook_ads' as ad_platform,
        'ad_days' as source_table,
        row_key,
        ad_id as advertised_id,
        cost,
        click_count,
        impression_count
    from facebook_days
),

priced as (
    select
        *,
        case when cost > 0 and click_count > 0 then cast(cost as double) / click_count end as click_price,
        case when cost > 0 and impression_count > 0 then cast(cost as double) / impression_count end as impression_price
    from unioned
),

usual as (
    select
        ad_platform,
        advertised_id,
        median(click_price) as click_price,
        median(impression_price) as impression_price
    from priced
    group by
        ad_platform,
        advertised_id
),

ad_days_priced as (
    select
        priced.ad_platform,
        priced.source_table,
        priced.row_key,
        coalesce(priced.click_price / usual.click_price, priced.impression_price / usual.impression_price) as price_ratio
    from priced
    inner join usual
        on
            priced.ad_platform = usual.ad_platform
            and priced.advertised_id = usual.advertised_id
)

select * from ad_days_priced
