with tasks as (
    select * from {{ ref('stg_crm__tasks') }}
),

events as (
    select * from {{ ref('stg_crm__events') }}
),

tasks_dated as (
    select
        *,
        coalesce(activity_date, {{ local_date('created_at') }}) as touch_date,
        {{ local_date('created_at') }} as logged_date
    from tasks
),

activities_gathered as (
    -- logged on its day, a task's second is known; logged later or planned ahead, only its day is
    select
        'crm:task:' || activity_id as touch_id,
        activity_id,
        who_id,
        what_id,
        account_id,
        owner_id,
        case when touch_date = logged_date then created_at else {{ local_midnight('touch_date') }} end as touch_at,
        touch_date,
        case when touch_date = logged_date then 'second' else 'date' end as touch_precision,
        lower(activity_type) as activity_type,
        lower(task_subtype) as task_subtype,
        subject_rules
    from tasks_dated
    union all
    select
        'crm:event:' || activity_id as touch_id,
        activity_id,
        who_id,
        what_id,
        account_id,
        owner_id,
        coalesce(activity_at, created_at) as touch_at,
        {{ local_date('coalesce(activity_at, created_at)') }} as touch_date,
        'second' as touch_precision,
        coalesce(lower(activity_type), 'meeting') as activity_type,
        'event' as task_subtype,
        subject_rules
    from events
)

select * from activities_gathered
