with campaigns as (
    select * from {{ ref('stg_crm__campaigns') }}
),

keys as (
    select
        {{ name_key('utm_campaign') }} as campaign_name_key,
        campaign_id,
        start_date,
        'utm_campaign' as matched_on,
        1 as match_rank
    from campaigns
    union all
    select
        {{ name_key('campaign_name') }} as campaign_name_key,
        campaign_id,
        start_date,
        'campaign_name' as matched_on,
        2 as match_rank
    from campaigns
),

campaigns_keyed_by_name as (  -- one name, one campaign: the utm_campaign rules, then the newest campaign, as tags are copied
    select
        campaign_name_key,
        campaign_id,
        matched_on
    from keys
    where campaign_name_key is not null
    qualify row_number() over (
        partition by campaign_name_key
        order by match_rank asc, start_date desc nulls last, campaign_id asc
    ) = 1
)

select * from campaigns_keyed_by_name
