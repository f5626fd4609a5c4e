with

raw_users as (
    select * from {{ raw('crm', 'users') }}
),

users as (
    select
        {{ crm_id('id') }} as user_id,
        {{ crm_id('manager_id') }} as manager_id,
        {{ without_emails('title') }} as job_title,
        {{ without_emails('department') }} as department,
        {{ without_emails('country') }} as country,
        is_active
    from raw_users
)

select * from users
