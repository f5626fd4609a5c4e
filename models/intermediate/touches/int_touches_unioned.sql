{%- set streams = ['int_touches_from_responses', 'int_touches_from_activities', 'int_touches_from_sessions'] %}
-- Visits that are no touch (ignored_reason) stay behind in int_touches_from_sessions, where faults are counted.

with touches as (
    {%- for stream in streams %}
    select
        touch_id,
        person_id,
        logged_account_id,
        campaign_id,
        touch_at,
        touch_date,
        touch_precision,
        touch_kind,
        source_system,
        campaign_type,
        source,
        medium,
        campaign,
        content_name,
        offer_name,
        is_human_activity,
        is_dated_by_event
    from {{ ref(stream) }}
    {{ 'where ignored_reason is null' if stream == 'int_touches_from_sessions' }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

channels_assigned as (
    select * from {{ ref('int_channels_assigned') }}
),

people_matched_to_accounts as (
    select * from {{ ref('int_people_matched_to_accounts') }}
),

accounts_merged as (
    select * from {{ ref('int_accounts_merged') }}
),

touches_unioned as (
    select
        touches.touch_id,
        touches.person_id,
        coalesce(people_matched_to_accounts.account_id, accounts_merged.surviving_account_id) as account_id,
        touches.campaign_id,
        touches.touch_at,
        touches.touch_date,
        touches.touch_precision,
        touches.touch_kind,
        case touches.touch_kind when 'campaign_response' then 1 when 'form' then 2 when 'activity' then 3 else 4 end
            as touch_kind_rank,
        touches.source_system,
        case touches.source_system when 'crm' then 1 else 2 end as source_rank,
        channels_assigned.channel,
        channels_assigned.sub_channel,
        channels_assigned.ga4_channel,
        channels_assigned.channel_owner,
        case when touches.source_system = 'web' then touches.source end as utm_source,
        case when touches.source_system = 'web' then touches.medium end as utm_medium,
        nullif(touches.campaign, '') as utm_campaign,
        touches.content_name,
        touches.offer_name,
        channels_assigned.is_paid,
        channels_assigned.is_capture,
        channels_assigned.is_direct,
        touches.touch_kind in ('campaign_response', 'form') as is_known,
        touches.is_human_activity,
        touches.is_dated_by_event
    from touches
    inner join channels_assigned
        on
            case touches.touch_kind when 'form' then 'web' else touches.touch_kind end = channels_assigned.touch_kind
            and touches.campaign_type = channels_assigned.campaign_type
            and touches.source = channels_assigned.source
            and touches.medium = channels_assigned.medium
            and touches.campaign = channels_assigned.campaign
            and {{ applies_on('touches.touch_date', 'channels_assigned') }}
    left join people_matched_to_accounts on touches.person_id = people_matched_to_accounts.person_id
    left join accounts_merged on touches.logged_account_id = accounts_merged.account_id
)

select * from touches_unioned
