with leads as (
    select * from {{ ref('int_leads_gathered') }}
),

lead_changes as (
    select * from {{ ref('int_lead_changes_gathered') }}
),

history as (
    select * from {{ ref('int_lead_history_found') }}
),

people_linked as (
    select * from {{ ref('int_people_linked_from_records') }}
),

people_excluded as (
    select * from {{ ref('int_people_excluded') }}
),

lead_statuses as (
    select * from {{ in_force(ref('lead_statuses'), ['lead_status']) }}
),

status_changes as (
    select
        lead_change_id,
        lead_id,
        changed_at,
        old_value,
        new_value,
        row_number() over (partition by lead_id order by changed_at, lead_change_id) as change_number
    from lead_changes
    where field_name = 'status'
),

-- A lead was created with what its first change left, or with what it still has. In a company without any history
-- today's status is all there is, and of leads older than the history its first one: the day is not known, and the
-- lead's creation stands in.
entered as (
    select
        'created:' || leads.lead_id as status_event_id,
        leads.lead_id,
        leads.created_at as entered_at,
        case when status_changes.lead_id is null then leads.lead_status else status_changes.old_value end as status_name,
        true as is_creation,
        not history.has_status_changes or coalesce(leads.created_at < history.cut_off_at, false) as is_day_unknown
    from leads
    cross join history
    left join status_changes
        on
            leads.lead_id = status_changes.lead_id
            and status_changes.change_number = 1
    union all
    select
        status_changes.lead_change_id as status_event_id,
        status_changes.lead_id,
        status_changes.changed_at as entered_at,
        status_changes.new_value as status_name,
        false as is_creation,
        false as is_day_unknown
    from status_changes
    inner join leads on status_changes.lead_id = leads.lead_id
),

dated as (
    select
        entered.status_event_id,
        entered.lead_id,
        people_linked.person_id,
        entered.entered_at,
        entered.status_name,
        lead_statuses.canonical_stage,
        lead_statuses.disposition,
        lead_statuses.lead_status is not null as is_status_known,
        entered.is_creation,
        entered.is_day_unknown and coalesce(lead_statuses.canonical_stage, '') <> 'inquiry' as is_day_unknown
    from entered
    inner join people_linked
        on
            entered.lead_id = people_linked.record_id
            and people_linked.record_type = 'lead'
    left join lead_statuses
        on
            coalesce({{ label('entered.status_name') }}, '(none)') = lead_statuses.lead_status
            and {{ applies_on(local_date('entered.entered_at'), 'lead_statuses') }}
    left join people_excluded on people_linked.person_id = people_excluded.person_id
    -- our own people and tests go through no funnel
    where people_excluded.person_id is null
)

select * from dated
