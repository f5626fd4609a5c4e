with touches_unioned as (
    select * from {{ ref('int_touches_unioned') }}
),

touches as (
    select
        touch_id,
        person_id,
        account_id,
        campaign_id,
        touch_at,
        touch_date,
        {{ month_start('touch_date') }} as month_start_date,
        touch_precision,
        touch_kind,
        source_system,
        channel,
        sub_channel,
        ga4_channel,
        channel_owner,
        utm_source,
        utm_medium,
        utm_campaign,
        content_name,
        offer_name,
        is_paid,
        is_capture,
        is_direct,
        is_known,
        is_human_activity,
        is_dated_by_event
    from touches_unioned
)

select * from touches
