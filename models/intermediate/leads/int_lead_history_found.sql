with lead_changes as (
    select * from {{ ref('int_lead_changes_gathered') }}
),

histories_covered as (
    select * from {{ ref('int_histories_covered') }}
    where history_table = 'lead_changes' and is_cut_off
),

found as (
    select
        coalesce(bool_or(field_name = 'status'), false) as has_status_changes,
        (select max(histories_covered.complete_from_at) from histories_covered) as cut_off_at
    from lead_changes
)

select * from found
