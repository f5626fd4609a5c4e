with lead_statuses_dated as (
    select * from {{ ref('int_lead_statuses_dated') }}
    where disposition is not null
),

lead_changes as (
    select * from {{ ref('int_lead_changes_gathered') }}
    where field_name = 'rejectionreason'
),

rejection_reasons as (
    select * from {{ in_force(ref('rejection_reasons'), ['reason_name']) }}
),

-- Sales gives the reason with the status or soon after; of several within a day the last counts.
given as (
    select
        lead_statuses_dated.status_event_id,
        lead_changes.new_value as reason_name
    from lead_statuses_dated
    inner join lead_changes
        on
            lead_statuses_dated.lead_id = lead_changes.lead_id
            and lead_changes.changed_at >= lead_statuses_dated.entered_at - interval '1' hour
            and lead_changes.changed_at < lead_statuses_dated.entered_at + interval '24' hour
    qualify
        row_number() over (
            partition by lead_statuses_dated.status_event_id
            order by lead_changes.changed_at desc, lead_changes.lead_change_id desc
        ) = 1
),

explained as (
    select
        lead_statuses_dated.status_event_id,
        lead_statuses_dated.lead_id,
        lead_statuses_dated.person_id,
        given.reason_name,
        coalesce(rejection_reasons.rejection_reason, {{ label('given.reason_name') }}) as rejection_reason,
        coalesce(rejection_reasons.reason_group, 'unspecified') as reason_group,
        rejection_reasons.reason_name is not null as is_reason_known
    from lead_statuses_dated
    left join given on lead_statuses_dated.status_event_id = given.status_event_id
    left join rejection_reasons
        on
            coalesce({{ label('given.reason_name') }}, '(none)') = rejection_reasons.reason_name
            and {{ applies_on(local_date('lead_statuses_dated.entered_at'), 'rejection_reasons') }}
)

select * from explained
