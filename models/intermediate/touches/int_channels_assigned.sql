-- Channels by rule: of each rule set the version in force, and of its rules the first that fits.
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
    select * from {{ in_force(ref('channel_rules'), ['ruleset']) }}
),

channels as (
    select * from {{ ref('channels') }}
),

-- Each combination is judged once for every span of days on which the rules are the same.
spans as (
    select
        in_force_from,
        coalesce(lead(in_force_from) over (order by in_force_from), date '9999-12-31') as in_force_until
    from (select distinct in_force_from from channel_rules) as first_days
),

-- Grouped before the rules are met: DuckDB 2.0.0 loses rows of an outer join that it moves behind them.
sources_judged as (
    {{ sources_judged('channel_clues', 'source_aliases', 'source_categories') }}
),

rules_that_fit as (
    select
        channel_clues.clue_number,
        spans.in_force_from,
        channel_rules.ruleset,
        channel_rules.channel,
        channel_rules.sub_channel
    from channel_clues
    inner join sources_judged on coalesce(lower(channel_clues.source), '') = sources_judged.source
    inner join channel_rules
        on
            sources_judged.ruleset = channel_rules.ruleset
            and channel_clues.touch_kind = channel_rules.touch_kind
            and coalesce(channel_rules.source_category, '') in ('', sources_judged.source_category)
            and {{ fits('lower(channel_clues.campaign_type)', 'channel_rules.campaign_type_pattern') }}
            and {{ fits('sources_judged.source_seen', 'channel_rules.source_pattern') }}
            and {{ fits('lower(channel_clues.medium)', 'channel_rules.medium_pattern') }}
            and {{ fits('lower(channel_clues.campaign)', 'channel_rules.campaign_pattern') }}
    inner join spans on {{ applies_on('spans.in_force_from', 'channel_rules') }}
    qualify row_number() over (
        partition by channel_clues.clue_number, spans.in_force_from, channel_rules.ruleset order by channel_rules.rule_priority
    ) = 1
),

found as (
    select
        clue_number,
        in_force_from,
        coalesce(max(channel) filter (where ruleset = 'b2b'), max(channel)) as channel,
        coalesce(max(sub_channel) filter (where ruleset = 'b2b'), max(sub_channel)) as sub_channel,
        max(channel) filter (where ruleset = 'ga4') as ga4_channel
    from rules_that_fit
    group by clue_number, in_force_from
),

channels_assigned as (
    select
        channel_clues.touch_kind,
        channel_clues.campaign_type,
        channel_clues.source,
        channel_clues.medium,
        channel_clues.campaign,
        spans.in_force_from,
        spans.in_force_until,
        coalesce(found.channel, 'Unassigned') as channel,
        coalesce(found.sub_channel, 'Unassigned') as sub_channel,
        case when channel_clues.touch_kind = 'web' then coalesce(found.ga4_channel, 'Unassigned') end as ga4_channel,
        coalesce(channels.channel_owner, 'marketing') as channel_owner,
        coalesce(channels.is_paid, false) as is_paid,
        coalesce(channels.is_capture, false) as is_capture,
        coalesce(found.channel, 'Unassigned') = 'Direct' as is_direct
    from channel_clues
    cross join spans
    left join found
        on channel_clues.clue_number = found.clue_number and spans.in_force_from = found.in_force_from
    left join channels
        on
            coalesce(found.channel, 'Unassigned') = channels.channel
            and coalesce(found.sub_channel, 'Unassigned') = channels.sub_channel
)

select * from channels_assigned
