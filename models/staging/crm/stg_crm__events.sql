with

raw_events as (
    select * from {{ raw('crm', 'events') }}
),

events as (
    select
        {{ crm_id('id') }} as activity_id,
        {{ crm_id('who_id') }} as who_id,
        {{ crm_id('what_id') }} as what_id,
        {{ crm_id('account_id') }} as account_id,
        {{ crm_id('owner_id') }} as owner_id,
        created_date as created_at,
        activity_date_time as activity_at,
        type as activity_type,
        {{ without_emails('lower(subject)') }} as subject,
        duration_in_minutes as duration_minutes
    from raw_events
    where not coalesce(is_deleted, false)
)

select * from events
