{%- set streams = ['int_touches_from_responses', 'int_touches_from_activities', 'int_touches_from_sessions'] %}

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
        exclusion_reason,
        is_human_activity,
        is_dated_by_event
    from {{ ref(stream) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

channels_assigned as (
    select * from {{ ref('int_channels_assigned') }}
),

people_dated_by_account as (
    select * from {{ ref('int_people_dated_by_account') }}
),

accounts_merged as (
    select * from {{ ref('int_accounts_merged') }}
),

touches_unioned as (
    select
        touches.touch_id,
        touches.person_id,
        -- a person's account at the time: a new job does not take touches along
        coalesce(people_dated_by_account.account_id, accounts_merged.surviving_account_id) as account_id,
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
    left join people_dated_by_account
        on
            touches.person_id = people_dated_by_account.person_id
            and touches.touch_at >= people_dated_by_account.valid_from_at
            and touches.touch_at < people_dated_by_account.valid_until_at
    left join accounts_merged on touches.logged_account_id = accounts_merged.account_id
    -- our own people, tests and machines touch nobody: int_touches_excluded has them, with their reason
    where coalesce(touches.exclusion_reason, people_dated_by_account.exclusion_reason) is null
)

select * from touches_unioned
