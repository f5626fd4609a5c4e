-- Touches out are the responses, sessions and activities in, but for those that are excluded for a reason; each campaign
-- member was asked whether it responded. The sample has all of them; a company may lack some.
with touches as (
    select * from {{ ref('int_touches_unioned') }}
),

responses as (
    select * from {{ ref('int_touches_from_responses') }}
),

staged as (
    select
        'campaign_response' as stream_name,
        (select count(*) filter (where has_responded) from {{ ref('int_responses_gathered') }}) as staged_count
    union all
    select
        'campaign_member' as stream_name,
        (select count(*) from {{ ref('stg_crm__campaign_members') }}) as staged_count
    union all
    select
        'activity' as stream_name,
        (select count(*) from {{ ref('stg_crm__tasks') }}) + (select count(*) from {{ ref('stg_crm__events') }})
            as staged_count
    union all
    select
        'web' as stream_name,
        (select count(*) from {{ ref('int_page_views_rolled_into_sessions') }}) as staged_count
),

streamed as (
    select
        case touch_kind when 'form' then 'web' else touch_kind end as stream_name,
        count(*) as touch_count
    from touches
    group by all
    union all
    select
        'campaign_member' as stream_name,
        count(*) as touch_count
    from {{ ref('int_responses_gathered') }}
    where not is_overwritten
),

excluded as (
    select
        case touch_kind when 'form' then 'web' else touch_kind end as stream_name,
        count(*) as excluded_count
    from {{ ref('int_touches_excluded') }}
    group by all
),

folded as (
    select
        'campaign_response' as stream_name,
        sum(response_count) - count(*) as folded_count
    from responses
),

compared as (
    select
        staged.stream_name,
        staged.staged_count,
        coalesce(streamed.touch_count, 0) as touch_count,
        coalesce(excluded.excluded_count, 0) as excluded_count,
        coalesce(folded.folded_count, 0) as folded_count
    from staged
    left join streamed on staged.stream_name = streamed.stream_name
    left join excluded on staged.stream_name = excluded.stream_name
    left join folded on staged.stream_name = folded.stream_name
)

select * from compared
where
    staged_count <> touch_count + excluded_count + folded_count
    {%- if setting('raw_data') == 'sample' %}
    or staged_count = 0
    {%- endif %}
