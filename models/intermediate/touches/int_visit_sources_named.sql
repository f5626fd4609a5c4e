-- In the words of Google Analytics: the tags of the first page, else the click id, else the referrer, else nothing. Tags
-- that only repeat what web analytics tells by itself are none beside the click id of an ad.
with sessions as (
    select * from {{ ref('int_page_views_rolled_into_sessions') }}
),

click_ids as (
    select * from {{ ref('click_ids') }}
),

default_tags as (
    select * from {{ ref('default_tags') }}
),

domains_ruled_out as (
    select * from {{ ref('int_domains_ruled_out') }}
),

source_aliases as (
    select * from {{ ref('source_aliases') }}
),

source_categories as (
    select * from {{ ref('source_categories') }}
),

combinations as (
    select distinct
        utm_source,
        utm_medium,
        utm_campaign,
        click_id_type,
        referrer_host,
        regexp_replace(referrer_host, '^www[.]', '') as referrer_name
    from sessions
),

tags_read as (
    select
        combinations.*,
        click_ids.source as click_source,
        click_ids.medium as click_medium,
        case when default_campaigns.tag is null then combinations.utm_campaign end as campaign_tag,
        default_sources.tag is not null and click_ids.source is not null
        or default_mediums.tag is not null and coalesce(click_ids.is_of_ads_only, false) as is_told_by_click
    from combinations
    left join click_ids on combinations.click_id_type = click_ids.click_id_type
    left join default_tags as default_sources
        on combinations.utm_source = default_sources.tag and default_sources.tag_name = 'utm_source'
    left join default_tags as default_mediums
        on combinations.utm_medium = default_mediums.tag and default_mediums.tag_name = 'utm_medium'
    left join default_tags as default_campaigns
        on combinations.utm_campaign = default_campaigns.tag and default_campaigns.tag_name = 'utm_campaign'
),

tagged as (
    select
        *,
        case when not is_told_by_click then utm_source end as source_tag,
        case when not is_told_by_click then utm_medium end as medium_tag,
        not is_told_by_click and coalesce(utm_source, utm_medium, campaign_tag) is not null as is_tagged
    from tags_read
),

referrers_ruled_out as (
    select
        combinations.referrer_name,
        min(domains_ruled_out.domain_kind) as referrer_kind  -- own goes before payment and sign-in
    from (select distinct referrer_name from combinations) as combinations
    inner join domains_ruled_out
        on
            combinations.referrer_name = domains_ruled_out.ruled_out_domain
            or combinations.referrer_name like '%.' || domains_ruled_out.ruled_out_domain
    group by combinations.referrer_name
),

search_engines as (
    select
        referrers.referrer_name,
        min(source_aliases.source_name) as engine_name  -- google.de and google.co.uk are Google
    from (select distinct referrer_name from combinations) as referrers
    inner join source_aliases on {{ matches('referrers.referrer_name', 'source_aliases.source_pattern') }}
    inner join source_categories
        on source_aliases.source_name = source_categories.source and source_categories.source_category = 'search'
    group by referrers.referrer_name
),

judged as (
    select
        tagged.*,
        referrers_ruled_out.referrer_kind,
        search_engines.engine_name,
        -- tags on links between our own pages tell about the pages; an ad's click id is nothing we write ourselves
        coalesce(referrers_ruled_out.referrer_kind = 'own', false) and tagged.click_source is null as is_from_own_page,
        not tagged.is_tagged and tagged.click_source is null
        and (tagged.referrer_name is null or referrers_ruled_out.referrer_kind is not null) as is_unsourced
    from tagged
    left join referrers_ruled_out on tagged.referrer_name = referrers_ruled_out.referrer_name
    left join search_engines on tagged.referrer_name = search_engines.referrer_name
),

visit_sources_named as (
    select
        utm_source,
        utm_medium,
        utm_campaign,
        click_id_type,
        referrer_host,
        case
            when is_from_own_page or is_unsourced then '(direct)'
            else coalesce(source_tag, click_source, case when is_tagged then '(not set)' end, engine_name, referrer_name)
        end as source,
        case
            when is_from_own_page or is_unsourced then '(none)'
            when is_tagged or click_medium is not null then coalesce(medium_tag, click_medium, '(not set)')
            when engine_name is not null then 'organic'
            else 'referral'
        end as medium,
        case when is_from_own_page then '' else coalesce(campaign_tag, '') end as campaign,
        case
            when is_from_own_page and is_tagged then 'tagged link between our own pages'
            when is_from_own_page then 'from a page of our own'
            when is_unsourced then 'from a ' || referrer_kind || ' page'
        end as exclusion_reason
    from judged
)

select * from visit_sources_named
