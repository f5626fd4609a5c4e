with

raw_tasks as (
    select * from {{ raw('crm', 'tasks') }}
),

tasks as (
    select
        {{ crm_id('id') }} as activity_id,
        {{ crm_id('who_id') }} as who_id,
        {{ crm_id('what_id') }} as what_id,
        {{ crm_id('account_id') }} as account_id,
        {{ crm_id('owner_id') }} as owner_id,
        created_date as created_at,
        activity_date,
        type as activity_type,
        task_subtype,
        {{ without_emails('lower(subject)') }} as subject
    from raw_tasks
    where not coalesce(is_deleted, false)
)

select * from tasks
