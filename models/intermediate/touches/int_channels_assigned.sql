-- Channels by rule: the newest version of each rule set, and of its rules the first that fits. GA4's rules see the
-- source as it was written; ours see it by its one name (lnkd.in and linkedin.com are linkedin).
with channel_clues as (
    select
        *,
        row_number() over (order by touch_kind, campaign_type, source, medium, campaign) as clue_number
    from {{ ref('int_channel_clues_gathered') }}
),

source_aliases as (
    select * from {{ ref('source_aliases') }}
),

source_categories as (
    select * from {{ ref('source_categories') }}
),

channel_rules as (
    select * from {{ ref('channel_rules') }}
    qualify dense_rank() over (partition by ruleset order by valid_from desc) = 1
),

channels as (
    select * from {{ ref('channels') }}
),

sources_seen as (
    select distinct
        coalesce(lower(source), '') as source,
        'ga4' as ruleset,
        coalesce(lower(source), '') as source_seen
    from channel_clues
    union all
    select
        sources.source,
        'b2b' as ruleset,
        coalesce(min(source_aliases.source_name), sources.source) as source_seen
    from (select distinct coalesce(lower(source), '') as source from channel_clues) as sources
    left join source_aliases on {{ matches('sources.source', 'source_aliases.source_pattern') }}
    group by sources.source
),

rules_that_fit as (
    select
        channel_clues.clue_number,
        channel_rules.ruleset,
        channel_rules.channel,
        channel_rules.sub_channel
    from channel_clues
    inner join sources_seen on coalesce(lower(channel_clues.source), '') = sources_seen.source
    left join source_categories on sources_seen.source_seen = source_categories.source
    inner join channel_rules
        on
            sources_seen.ruleset = channel_rules.ruleset
            and channel_clues.touch_kind = channel_rules.touch_kind
            and coalesce(channel_rules.source_category, '') in ('', source_categories.source_category)
            and {{ fits('lower(channel_clues.campaign_type)', 'channel_rules.campaign_type_pattern') }}
            and {{ fits('sources_seen.source_seen', 'channel_rules.source_pattern') }}
            and {{ fits('lower(channel_clues.medium)', 'channel_rules.medium_pattern') }}
            and {{ fits('lower(channel_clues.campaign)', 'channel_rules.campaign_pattern') }}
    qualify row_number() over (
        partition by channel_clues.clue_number, channel_rules.ruleset order by channel_rules.rule_priority
    ) = 1
),

channels_assigned as (
    select
        channel_clues.touch_kind,
        channel_clues.campaign_type,
        channel_clues.source,
        channel_clues.medium,
        channel_clues.campaign,
        coalesce(b2b_rules.channel, ga4_rules.channel, 'Unassigned') as channel,
        coalesce(b2b_rules.sub_channel, ga4_rules.sub_channel, 'Unassigned') as sub_channel,
        case when channel_clues.touch_kind = 'web' then coalesce(ga4_rules.channel, 'Unassigned') end as ga4_channel
    from channel_clues
    left join rules_that_fit as b2b_rules
        on channel_clues.clue_number = b2b_rules.clue_number and b2b_rules.ruleset = 'b2b'
    left join rules_that_fit as ga4_rules
        on channel_clues.clue_number = ga4_rules.clue_number and ga4_rules.ruleset = 'ga4'
)

select
    channels_assigned.touch_kind,
    channels_assigned.campaign_type,
    channels_assigned.source,
    channels_assigned.medium,
    channels_assigned.campaign,
    channels_assigned.channel,
    channels_assigned.sub_channel,
    channels_assigned.ga4_channel,
    coalesce(channels.channel_owner, 'marketing') as channel_owner,
    coalesce(channels.is_paid, false) as is_paid,
    coalesce(channels.is_capture, false) as is_capture,
    channels_assigned.channel = 'Direct' as is_direct
from channels_assigned
left join channels
    on channels_assigned.channel = channels.channel and channels_assigned.sub_channel = channels.sub_channel
