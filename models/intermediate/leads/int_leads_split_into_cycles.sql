with placed as (
    select * from {{ ref('int_lead_events_placed_in_cycles') }}
),

touches as (
    select * from {{ ref('int_touches_unioned') }}
),

deals as (
    select * from {{ ref('int_opportunities_counted_with_cycles') }}
),

rejections_explained as (
    select * from {{ ref('int_lead_rejections_explained') }}
),

mqls_clocked as (
    select * from {{ ref('int_mqls_clocked') }}
),

people as (
    select * from {{ ref('int_people_unified') }}
),

ordered as (
    select
        *,
        row_number() over (partition by person_id, cycle_number order by event_at, event_rank, event_id) as event_number,
        row_number() over (partition by person_id, cycle_number, event_kind order by event_at, event_id)
            as number_of_kind
    from placed
),

summed as (
    select
        ordered.person_id,
        ordered.cycle_number,
        min(ordered.event_at) as started_at,
        max(case when ordered.event_number = 1 then ordered.event_kind end) as opened_by,
        max(case when ordered.event_kind = 'response' and ordered.number_of_kind = 1 then ordered.event_id end)
            as first_response_id,
        max(case when ordered.event_kind = 'created' and ordered.number_of_kind = 1 then ordered.event_id end)
            as first_lead_event_id,
        cast(count_if(ordered.event_kind = 'response') as bigint) as response_count,
        cast(count_if(ordered.event_kind = 'activity') as bigint) as activity_count,
        max(case when ordered.disposition is not null then ordered.event_id end) as end_event_id,
        max(case when ordered.disposition is not null then ordered.event_at end) as end_event_at,
        max(ordered.disposition) as disposition,
        coalesce(bool_or(ordered.disposition is not null and ordered.is_day_unknown), false) as is_end_inferred,
        min(mqls_clocked.worked_at) as worked_at,
        max(mqls_clocked.due_date) as due_date
    from ordered
    left join mqls_clocked on ordered.event_id = mqls_clocked.event_id
    group by ordered.person_id, ordered.cycle_number
),

-- What sales did after the person came back is not late work on the MQL before.
worked as (
    select
        *,
        case
            when worked_at <= coalesce(lead(started_at) over (partition by person_id order by cycle_number), worked_at)
                then worked_at
        end as cycle_worked_at
    from summed
),

split as (
    select
        worked.person_id || ':' || cast(worked.cycle_number as string) as lead_cycle_id,
        worked.person_id,
        worked.cycle_number,
        deals.opportunity_id,
        worked.started_at,
        case
            when worked.disposition = 'expired_sla' then {{ local_midnight('worked.due_date') }}
            else worked.end_event_at
        end as ended_at,
        worked.cycle_worked_at as worked_at,
        worked.due_date,
        worked.opened_by,
        coalesce(worked.disposition, 'open') as disposition,
        rejections_explained.rejection_reason,
        rejections_explained.reason_group,
        coalesce(people.original_lead_source, '(none)') as original_lead_source,
        coalesce(touches.channel, 'no response') as channel,
        touches.campaign_id,
        {{ lead_of_creation('worked.first_lead_event_id') }} as first_lead_id,
        coalesce({{ local_date('worked.cycle_worked_at') }} > worked.due_date, false) as is_worked_late,
        worked.is_end_inferred,
        worked.response_count,
        worked.activity_count
    from worked
    left join deals
        on
            worked.person_id = deals.person_id
            and worked.cycle_number = deals.cycle_number
    left join people on worked.person_id = people.person_id
    left join touches on worked.first_response_id = touches.touch_id
    left join rejections_explained on worked.end_event_id = rejections_explained.status_event_id
)

select * from split
