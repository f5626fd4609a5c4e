with lead_changes as (
    select * from {{ ref('stg_crm__lead_changes') }}
),

found as (
    select coalesce(bool_or(field_name = 'status'), false) as has_status_changes
    from lead_changes
)

select * from found
