with

raw_events as (
    select * from {{ raw('crm', 'events') }}
),

subjects_judged as (
    {{ subjects_judged('raw_events', ref('activity_rules')) }}
),

events as (
    select
        {{ crm_id('raw_events.id') }} as activity_id,
        {{ crm_id('raw_events.who_id') }} as who_id,
        {{ crm_id('raw_events.what_id') }} as what_id,
        {{ crm_id('raw_events.account_id') }} as account_id,
        {{ crm_id('raw_events.owner_id') }} as owner_id,
        raw_events.created_date as created_at,
        raw_events.activity_date_time as activity_at,
        raw_events.type as activity_type,
        subjects_judged.subject_rules,
        {{ id_problem(['raw_events.id', 'raw_events.who_id', 'raw_events.what_id', 'raw_events.account_id', 'raw_events.owner_id']) }} as id_problem,
        raw_events.duration_in_minutes as duration_minutes
    from raw_events
    left join subjects_judged on coalesce(raw_events.subject, '') = subjects_judged.subject
    where not coalesce(raw_events.is_deleted, false)
)

select * from events
