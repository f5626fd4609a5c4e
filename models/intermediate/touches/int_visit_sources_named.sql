-- In the words of Google Analytics: the tags of the first page, else the click id, else the referrer, else nothing.
with sessions as (
    select * from {{ ref('int_page_views_rolled_into_sessions') }}
),

click_ids as (
    select * from {{ ref('click_ids') }}
),

ignored_referrers as (
    select * from {{ ref('ignored_referrers') }}
),

source_aliases as (
    select * from {{ ref('source_aliases') }}
),

source_categories as (
    select * from {{ ref('source_categories') }}
),

page_domains as (
    select
        regexp_replace(page_host, '^www[.]', '') as page_domain,
        count(*) as session_count
    from sessions
    where page_host is not null
    group by all
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

-- a visit from one of our own pages is a session that timed out; a host under 1 % of the sessions is a copy of them
ignored_domains as (
    select page_domain as ignored_domain
    from page_domains
    qualify session_count * 100 >= sum(session_count) over ()
    union all
    select referrer_host as ignored_domain from ignored_referrers
),

referrers_to_ignore as (
    select distinct combinations.referrer_name
    from combinations
    inner join ignored_domains
        on
            combinations.referrer_name = ignored_domains.ignored_domain
            or combinations.referrer_name like '%.' || ignored_domains.ignored_domain
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

visit_sources_named as (
    select
        combinations.utm_source,
        combinations.utm_medium,
        combinations.utm_campaign,
        combinations.click_id_type,
        combinations.referrer_host,
        case
            when combinations.utm_source is not null then combinations.utm_source
            when click_ids.source is not null then click_ids.source
            when coalesce(combinations.utm_medium, combinations.utm_campaign) is not null then '(not set)'
            when combinations.referrer_name is null or referrers_to_ignore.referrer_name is not null then '(direct)'
            else coalesce(search_engines.engine_name, combinations.referrer_name)
        end as source,
        case
            when combinations.utm_medium is not null then combinations.utm_medium
            when click_ids.medium is not null then click_ids.medium
            when coalesce(combinations.utm_source, combinations.utm_campaign) is not null then '(not set)'
            when combinations.referrer_name is null or referrers_to_ignore.referrer_name is not null then '(none)'
            when search_engines.engine_name is not null then 'organic'
            else 'referral'
        end as medium,
        coalesce(combinations.utm_campaign, '') as campaign
    from combinations
    left join click_ids on combinations.click_id_type = click_ids.click_id_type
    left join referrers_to_ignore on combinations.referrer_name = referrers_to_ignore.referrer_name
    left join search_engines on combinations.referrer_name = search_engines.referrer_name
)

select * from visit_sources_named
