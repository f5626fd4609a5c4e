with

raw_tasks as (
    select * from {{ raw('crm', 'tasks') }}
),

subjects_judged as (
    {{ subjects_judged('raw_tasks', ref('activity_rules')) }}
),

tasks as (
    select
        {{ crm_id('raw_tasks.id') }} as activity_id,
        {{ crm_id('raw_tasks.who_id') }} as who_id,
        {{ crm_id('raw_tasks.what_id') }} as what_id,
        {{ crm_id('raw_tasks.account_id') }} as account_id,
        {{ crm_id('raw_tasks.owner_id') }} as owner_id,
        raw_tasks.created_date as created_at,
        raw_tasks.activity_date,
        raw_tasks.type as activity_type,
        raw_tasks.task_subtype,
        subjects_judged.subject_rules,
        {{ id_problem(['raw_tasks.id', 'raw_tasks.who_id', 'raw_tasks.what_id', 'raw_tasks.account_id', 'raw_tasks.owner_id']) }} as id_problem
    from raw_tasks
    left join subjects_judged on coalesce(raw_tasks.subject, '') = subjects_judged.subject
    where not coalesce(raw_tasks.is_deleted, false)
)

select * from tasks
