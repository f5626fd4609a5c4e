with sessions as (
    select * from {{ ref('int_page_views_rolled_into_sessions') }}
),

visit_sources_named as (
    select * from {{ ref('int_visit_sources_named') }}
),

visitors_linked_to_people as (
    select * from {{ ref('int_visitors_linked_to_people') }}
),

domains_matched_to_accounts as (
    select * from {{ ref('int_domains_matched_to_accounts') }}
),

campaigns_matched_by_utm as (
    select * from {{ ref('int_campaigns_matched_by_utm') }}
),

domains_excluded as (
    select * from {{ ref('int_domains_excluded') }}
),

touches_from_sessions as (
    select
        'web:' || sessions.session_id as touch_id,
        sessions.anonymous_id,
        visitors_linked_to_people.person_id,
        -- nobody the CRM knows, but writing from the domain of an account
        domains_matched_to_accounts.account_id as logged_account_id,
        campaigns_matched_by_utm.campaign_id,
        sessions.started_at as touch_at,
        {{ local_date('sessions.started_at') }} as touch_date,
        'second' as touch_precision,
        case when sessions.identify_count > 0 then 'form' else 'web' end as touch_kind,
        'web' as source_system,
        '' as campaign_type,
        visit_sources_named.source,
        visit_sources_named.medium,
        visit_sources_named.campaign,
        sessions.page_path as content_name,
        coalesce(sessions.form_name, campaigns_matched_by_utm.offer_name) as offer_name,
        case
            -- somebody of our own who is no lead
            when domains_excluded.exclusion_reason is not null then domains_excluded.exclusion_reason
            -- a form that was filled in is an answer, however the visit began
            when sessions.identify_count > 0 then null
            when sessions.is_by_machine then 'opened by a machine'
            else visit_sources_named.exclusion_reason
        end as exclusion_reason,
        false as is_human_activity,
        false as is_dated_by_event
    from sessions
    inner join visit_sources_named
        on
            sessions.utm_source is not distinct from visit_sources_named.utm_source
            and sessions.utm_medium is not distinct from visit_sources_named.utm_medium
            and sessions.utm_campaign is not distinct from visit_sources_named.utm_campaign
            and sessions.click_id_type is not distinct from visit_sources_named.click_id_type
            and sessions.referrer_host is not distinct from visit_sources_named.referrer_host
    left join visitors_linked_to_people
        on
            sessions.anonymous_id = visitors_linked_to_people.anonymous_id
            and sessions.ended_at >= visitors_linked_to_people.valid_from_at
            and sessions.ended_at < visitors_linked_to_people.valid_until_at
    left join domains_matched_to_accounts
        on
            visitors_linked_to_people.email_domain = domains_matched_to_accounts.email_domain
            and visitors_linked_to_people.person_id is null
    left join domains_excluded on visitors_linked_to_people.email_domain = domains_excluded.email_domain
    left join campaigns_matched_by_utm on visit_sources_named.campaign = campaigns_matched_by_utm.utm_campaign
)

select * from touches_from_sessions
