-- depends_on: {{ ref('fault_treatments') }}
-- Page views can be a hundred million rows: the sort carries four narrow columns, and the address, campaign and
-- referrer of a session come back by the id of its first page view.
with page_views as (
    select * from {{ ref('stg_web__page_views') }}
),

identifies as (
    select * from {{ ref('stg_web__identifies') }}
),

-- a form filled in without a page view in sight still is a visit
events as (
    select
        page_view_id as event_id,
        anonymous_id,
        viewed_at as happened_at,
        false as is_identify
    from page_views
    union all
    select
        identify_id as event_id,
        anonymous_id,
        identified_at as happened_at,
        true as is_identify
    from identifies
),

events_compared as (
    select
        event_id,
        anonymous_id,
        happened_at,
        is_identify,
        row_number() over visitor as event_number,
        case
            when happened_at <= lag(happened_at) over visitor + interval '{{ setting("session_gap_minutes") }}' minute then 0
            else 1
        end as session_start_count,
        happened_at <= lag(happened_at, {{ whole_fault_limit('F22') - 1 }}) over visitor
        + interval '10' second as is_too_fast
    from events
    window visitor as (partition by anonymous_id order by happened_at, is_identify, event_id)
),

events_numbered as (
    select
        event_id,
        anonymous_id,
        happened_at,
        is_identify,
        event_number,
        is_too_fast,
        sum(session_start_count) over (
            partition by anonymous_id order by event_number rows between unbounded preceding and current row
        ) as session_number
    from events_compared
),

sessions as (
    select
        anonymous_id,
        min(happened_at) as started_at,
        max(happened_at) as ended_at,
        -- pages and forms may be numbered each from one
        min_by(case when is_identify then 'form:' else '' end || event_id, event_number) as session_id,
        min_by(event_id, event_number) filter (where not is_identify) as first_page_view_id,
        min_by(event_id, event_number) filter (where is_identify) as first_identify_id,
        count(*) - count_if(is_identify) as page_view_count,
        count_if(is_identify) as identify_count,
        -- who fills in a form is read by their address, not by their speed
        coalesce(bool_or(is_too_fast), false) and count_if(is_identify) = 0 as is_by_machine
    from events_numbered
    group by anonymous_id, session_number
),

page_views_rolled_into_sessions as (
    select
        sessions.session_id,
        sessions.anonymous_id,
        sessions.started_at,
        sessions.ended_at,
        page_views.page_host,
        page_views.page_path,
        page_views.utm_source,
        page_views.utm_medium,
        page_views.utm_campaign,
        page_views.utm_content,
        page_views.click_id_type,
        page_views.referrer_host,
        identifies.form_name,
        cast(sessions.page_view_count as bigint) as page_view_count,
        cast(sessions.identify_count as bigint) as identify_count,
        sessions.is_by_machine
    from sessions
    left join page_views on sessions.first_page_view_id = page_views.page_view_id
    left join identifies on sessions.first_identify_id = identifies.identify_id
)

select * from page_views_rolled_into_sessions
