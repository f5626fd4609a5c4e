with histories_delivered as (
    select
        'lead_changes' as history_table,
        min(changed_at) as first_changed_at
    from {{ ref('stg_crm__lead_changes') }}
    union all
    select
        'opportunity_changes' as history_table,
        min(changed_at) as first_changed_at
    from {{ ref('stg_crm__opportunity_changes') }}
)

select * from histories_delivered
