with clues as (
    select * from {{ ref('int_campaigns_turned_into_clues') }}
),

channels_assigned as (
    select * from {{ ref('int_channels_assigned') }}
),

campaigns_assigned_to_channels as (
    select
        clues.campaign_id,
        channels_assigned.channel,
        channels_assigned.sub_channel
    from clues
    inner join channels_assigned
        on
            clues.touch_kind = channels_assigned.touch_kind
            and clues.campaign_type = channels_assigned.campaign_type
            and clues.source = channels_assigned.source
            and clues.medium = channels_assigned.medium
            and clues.campaign = channels_assigned.campaign
            and {{ applies_on('clues.start_date', 'channels_assigned') }}
)

select * from campaigns_assigned_to_channels
