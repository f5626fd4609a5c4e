-- In the accounts' own currencies, before anything is converted: no day is lost or doubled on the way.
with platform_totals as (
    select
        'google_ads' as ad_platform,
        count(*) as row_count,
        coalesce(sum(cost), 0) as original_amount,
        coalesce(sum(click_count), 0) as click_count
    from {{ ref('stg_google_ads__campaign_days') }}
    union all
    select
        'linkedin_ads' as ad_platform,
        count(*) as row_count,
        coalesce(sum(cost), 0) as original_amount,
        coalesce(sum(click_count), 0) as click_count
    from {{ ref('stg_linkedin_ads__campaign_days') }}
    union all
    select
        'facebook_ads' as ad_platform,
        count(*) as row_count,
        coalesce(sum(cost), 0) as original_amount,
        coalesce(sum(click_count), 0) as click_count
    from {{ ref('stg_facebook_ads__ad_days') }}
),

unioned as (
    select
        ad_platform,
        sum(original_amount) as original_amount,
        sum(click_count) as click_count
    from {{ ref('int_ad_spend_unioned') }}
    group by ad_platform
),

costed as (
    select
        split_part(cost_id, ':', 1) as ad_platform,
        sum(original_amount) as original_amount
    from {{ ref('int_costs_unioned') }}
    where cost_source = 'ad_platform'
    group by split_part(cost_id, ':', 1)
)

select
    platform_totals.ad_platform,
    platform_totals.original_amount,
    unioned.original_amount as unioned_amount,
    costed.original_amount as costed_amount
from platform_totals
left join unioned on platform_totals.ad_platform = unioned.ad_platform
left join costed on platform_totals.ad_platform = costed.ad_platform
where
    platform_totals.row_count > 0
    and (
        platform_totals.original_amount is distinct from unioned.original_amount
        or platform_totals.original_amount is distinct from costed.original_amount
        or platform_totals.click_count is distinct from unioned.click_count
    )
