with activities as (
    select * from {{ ref('int_activities_gathered') }}
),

activity_kinds_judged as (
    select * from {{ ref('int_activity_kinds_judged') }}
),

users as (
    select * from {{ ref('stg_crm__users') }}
),

people_linked_from_records as (
    select * from {{ ref('int_people_linked_from_records') }}
),

opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
),

touches_from_activities as (
    select
        activities.touch_id,
        activities.activity_id,
        coalesce(contacts.person_id, leads.person_id) as person_id,
        coalesce(activities.account_id, opportunities.account_id, activities.what_id) as logged_account_id,
        cast(null as string) as campaign_id,
        activities.touch_at,
        activities.touch_date,
        activities.touch_precision,
        'activity' as touch_kind,
        'crm' as source_system,
        '' as campaign_type,
        activity_kinds_judged.activity_name as source,
        coalesce(lower(users.job_title), '') as medium,
        '' as campaign,
        cast(null as string) as content_name,
        cast(null as string) as offer_name,
        cast(null as string) as exclusion_reason,
        activity_kinds_judged.is_human_activity,
        false as is_dated_by_event
    from activities
    inner join activity_kinds_judged
        on
            activities.activity_type is not distinct from activity_kinds_judged.activity_type
            and activities.task_subtype is not distinct from activity_kinds_judged.task_subtype
            and activities.subject_rules is not distinct from activity_kinds_judged.subject_rules
    left join users on activities.owner_id = users.user_id
    left join opportunities on activities.what_id = opportunities.opportunity_id
    left join people_linked_from_records as contacts
        on
            activities.who_id = contacts.record_id
            and contacts.record_type = 'contact'
    left join people_linked_from_records as leads
        on
            activities.who_id = leads.record_id
            and leads.record_type = 'lead'
)

select * from touches_from_activities
