with

raw_lead_changes as (
    select * from {{ raw('crm', 'lead_changes') }}
),

named as (
    select
        *,
        replace(replace(replace(lower(field), '__c', ''), '_', ''), ' ', '') as field_name
    from raw_lead_changes
    where not coalesce(is_deleted, false)
),

-- Values are kept for the fields that the funnel reads; a history of names or phones would be personal data.
lead_changes as (
    select
        {{ crm_id('id') }} as lead_change_id,
        {{ crm_id('lead_id') }} as lead_id,
        created_date as changed_at,
        field_name,
        case when field_name in ('status', 'leadsource', 'rejectionreason') then {{ without_emails('old_value') }} end as old_value,
        case when field_name in ('status', 'leadsource', 'rejectionreason') then {{ without_emails('new_value') }} end as new_value,
        {{ id_problem(['id', 'lead_id']) }} as id_problem
    from named
)

select * from lead_changes
