-- A visit from one of our own pages is a session that timed out, and who comes back from signing in or paying was here
-- before. A host under 1 % of the sessions is a copy of our pages.
with sessions as (
    select * from {{ ref('int_page_views_rolled_into_sessions') }}
),

ignored_referrers as (
    select * from {{ ref('ignored_referrers') }}
),

page_domains as (
    select
        regexp_replace(page_host, '^www[.]', '') as ruled_out_domain,
        count(*) as session_count
    from sessions
    where page_host is not null
    group by all
),

own_domains as (
    select ruled_out_domain
    from page_domains
    qualify session_count * 100 >= sum(session_count) over ()
),

domains_ruled_out as (
    select
        ruled_out_domain,
        'own' as domain_kind
    from own_domains
    union all
    select
        ignored_referrers.referrer_host as ruled_out_domain,
        ignored_referrers.reason as domain_kind
    from ignored_referrers
    left join own_domains on ignored_referrers.referrer_host = own_domains.ruled_out_domain
    where own_domains.ruled_out_domain is null
)

select * from domains_ruled_out
