-- Visits from our own pages, or back from payment and sign-in pages, and tags on our own links (F21).
with page_views as (
    select * from {{ ref('stg_web__page_views') }}
),

sessions as (
    select * from {{ ref('int_page_views_rolled_into_sessions') }}
),

domains_ruled_out as (
    select * from {{ ref('int_domains_ruled_out') }}
),

referrers as (
    select
        seen.referrer_host,
        min(domains_ruled_out.domain_kind) as referrer_kind
    from (select distinct referrer_host from page_views) as seen
    inner join domains_ruled_out
        on
            seen.referrer_host = domains_ruled_out.ruled_out_domain
            or seen.referrer_host like '%.' || domains_ruled_out.ruled_out_domain
    group by seen.referrer_host
),

-- tags that a visitor came with may follow them from page to page: those of a link of ours are others
tagged as (
    select
        page_view_id,
        referrer_host,
        click_id_type,
        concat_ws('|', utm_source, utm_medium, utm_campaign) as tags,
        lag(concat_ws('|', utm_source, utm_medium, utm_campaign)) over (
            partition by anonymous_id order by viewed_at, page_view_id
        ) as earlier_tags
    from page_views
    where coalesce(utm_source, utm_medium, utm_campaign) is not null
),

found as (
    select
        page_views.page_view_id as row_key,
        'from a ' || referrers.referrer_kind || ' page' as fault_detail
    from page_views
    inner join referrers on page_views.referrer_host = referrers.referrer_host
    where referrers.referrer_kind <> 'own'
    union all
    select
        tagged.page_view_id as row_key,
        'tagged link between our own pages' as fault_detail
    from tagged
    inner join referrers on tagged.referrer_host = referrers.referrer_host
    where
        referrers.referrer_kind = 'own'
        and tagged.click_id_type is null
        and tagged.tags is distinct from tagged.earlier_tags
    union all
    select
        sessions.session_id as row_key,
        'a visit from a page of our own' as fault_detail
    from sessions
    inner join referrers on sessions.referrer_host = referrers.referrer_host
    where referrers.referrer_kind = 'own' and sessions.click_id_type is null and sessions.session_id not like 'form:%'
),

faults_found as (
    select
        'F21' as fault_id,
        'web' as source_system,
        'page_views' as source_table,
        row_key,
        fault_detail
    from found
)

select * from faults_found
