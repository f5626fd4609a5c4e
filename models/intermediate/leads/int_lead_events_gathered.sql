with touches as (
    select * from {{ ref('int_touches_unioned') }}
),

lead_statuses_dated as (
    select * from {{ ref('int_lead_statuses_dated') }}
),

opportunities_linked as (
    select * from {{ ref('int_opportunities_linked_to_people') }}
),

lead_ends_inferred as (
    select * from {{ ref('int_lead_ends_inferred') }}
),

-- At one instant things are read in the order of event_rank. A call known by its day only is put at the day's end,
-- so that it counts as work on an MQL of the same day; a response known by its day stands at its start.
from_touches as (
    select
        touch_id as event_id,
        person_id,
        case
            when is_known or touch_precision = 'second' then touch_at
            else cast({{ local_midnight(days_after('touch_date', 1)) }} - interval '1' second as timestamp)
        end as event_at,
        case when is_known then 'response' else 'activity' end as event_kind,
        case when is_known then 1 else 3 end as event_rank,
        cast(null as string) as funnel_stage,
        cast(null as string) as disposition,
        cast(null as string) as opportunity_id,
        is_known as is_opener,
        false as is_day_unknown
    from touches
    where person_id is not null and (is_known or is_human_activity)
),

from_statuses as (
    select
        status_event_id as event_id,
        person_id,
        entered_at as event_at,
        case when is_creation then 'created' else 'status' end as event_kind,
        case when disposition is null then 2 else 5 end as event_rank,
        canonical_stage as funnel_stage,
        disposition,
        cast(null as string) as opportunity_id,
        canonical_stage is not null as is_opener,
        is_day_unknown
    from lead_statuses_dated
    where is_status_known and not (is_creation and disposition is not null)
),

-- A deal opens a cycle only for the one person it is counted with, and only when that person is named on it.
from_deals as (
    select
        'deal created:' || opportunity_id || ':' || person_id as event_id,
        person_id,
        created_at as event_at,
        'deal_created' as event_kind,
        4 as event_rank,
        cast(null as string) as funnel_stage,
        cast(null as string) as disposition,
        opportunity_id,
        is_primary and counts_as_new_business and link_rank <= 3 as is_opener,
        false as is_day_unknown
    from opportunities_linked
    union all
    select
        'deal closed:' || opportunity_id || ':' || person_id as event_id,
        person_id,
        greatest(closed_at, created_at) as event_at,
        'deal_closed' as event_kind,
        6 as event_rank,
        cast(null as string) as funnel_stage,
        case
            when not is_primary then 'merged'
            when is_won then 'won'
            else 'closed_lost'
        end as disposition,
        opportunity_id,
        false as is_opener,
        false as is_day_unknown
    from opportunities_linked
    where closed_at is not null
),

gathered as (
    select * from from_touches
    union all
    select * from from_statuses
    union all
    select
        event_id,
        person_id,
        event_at,
        event_kind,
        event_rank,
        funnel_stage,
        disposition,
        opportunity_id,
        is_opener,
        is_day_unknown
    from lead_ends_inferred
    union all
    select * from from_deals
)

select * from gathered
