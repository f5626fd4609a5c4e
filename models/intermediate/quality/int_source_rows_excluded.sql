-- Rows that staging uses and no number counts: our own people and tests, what they did, deals that take no part, and
-- leads that are no inquiry of their own. A lead is one when its creation is the first of a lead in its cycle.
with people_excluded as (
    select * from {{ ref('int_people_excluded') }}
),

people_linked_from_records as (
    select * from {{ ref('int_people_linked_from_records') }}
),

records as (
    select * from {{ ref('int_people_records_gathered') }}
    where not is_erased
),

opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
),

touches_excluded as (
    select * from {{ ref('int_touches_excluded') }}
),

lead_statuses_dated as (
    select * from {{ ref('int_lead_statuses_dated') }}
    where is_creation and lead_id in (select leads.lead_id from {{ ref('stg_crm__leads') }} as leads)
),

lead_events as (
    select
        *,
        {{ lead_of_creation('event_id') }} as lead_id
    from {{ ref('int_lead_events_placed_in_cycles') }}
    where event_kind = 'created'
),

leads_placed as (
    select
        lead_statuses_dated.is_status_known,
        lead_events.cycle_number,
        row_number() over (
            partition by lead_events.person_id, lead_events.cycle_number order by lead_events.event_at, lead_events.event_id
        ) as lead_number
    from lead_statuses_dated
    left join lead_events on lead_statuses_dated.lead_id = lead_events.lead_id
),

excluded as (
    select
        'crm' as source_system,
        'leads' as source_table,
        case
            when not is_status_known then 'its status is in no definition'
            when cycle_number is null then 'opens no lead cycle'
            else 'in the lead cycle of an earlier lead of the person'
        end as exclusion_reason,
        1 as row_count
    from leads_placed
    where cycle_number is null or lead_number > 1
    union all
    select
        'crm' as source_system,
        records.record_type || 's' as source_table,
        people_excluded.exclusion_reason,
        1 as row_count
    from people_excluded
    inner join people_linked_from_records on people_excluded.person_id = people_linked_from_records.person_id
    inner join records on people_linked_from_records.record_key = records.record_key
    union all
    select
        'crm' as source_system,
        'opportunities' as source_table,
        exclusion_reason,
        1 as row_count
    from opportunities
    where exclusion_reason is not null
    union all
    select
        'crm' as source_system,
        case
            when touch_kind = 'campaign_response' then 'campaign_members'
            when touch_id like 'crm:task:%' then 'tasks'
            else 'events'
        end as source_table,
        exclusion_reason,
        crm_row_count as row_count
    from touches_excluded
    where crm_row_count > 0
    union all
    select
        'web' as source_system,
        'page_views' as source_table,
        exclusion_reason,
        page_view_count as row_count
    from touches_excluded
    where page_view_count > 0
    union all
    select
        'web' as source_system,
        'identifies' as source_table,
        exclusion_reason,
        identify_count as row_count
    from touches_excluded
    where identify_count > 0
),

source_rows_excluded as (
    select
        source_system,
        source_table,
        exclusion_reason,
        cast(sum(row_count) as bigint) as row_count
    from excluded
    group by
        source_system,
        source_table,
        exclusion_reason
)

select * from source_rows_excluded
