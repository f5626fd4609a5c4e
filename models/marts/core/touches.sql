with touches_unioned as (
    select * from {{ ref('int_touches_unioned') }}
),

aliases as (
    select * from {{ ref('int_sources_called_by_one_name') }}
),

touches as (
    select
        touches_unioned.touch_id,
        touches_unioned.person_id,
        touches_unioned.account_id,
        touches_unioned.campaign_id,
        touches_unioned.touch_at,
        touches_unioned.touch_date,
        {{ month_start('touches_unioned.touch_date') }} as month_start_date,
        touches_unioned.touch_precision,
        touches_unioned.touch_kind,
        touches_unioned.source_system,
        touches_unioned.channel,
        touches_unioned.sub_channel,
        touches_unioned.ga4_channel,
        touches_unioned.channel_owner,
        coalesce(aliases.source_name, touches_unioned.utm_source) as utm_source,
        touches_unioned.utm_medium,
        touches_unioned.utm_campaign,
        touches_unioned.content_name,
        touches_unioned.offer_name,
        touches_unioned.is_paid,
        touches_unioned.is_capture,
        touches_unioned.is_direct,
        touches_unioned.is_known,
        touches_unioned.is_human_activity,
        touches_unioned.is_dated_by_event
    from touches_unioned
    left join aliases on touches_unioned.utm_source = aliases.source
)

select * from touches
