with

raw_opportunity_changes as (
    select * from {{ raw('crm', 'opportunity_changes') }}
),

opportunity_changes as (
    select
        {{ crm_id('id') }} as opportunity_change_id,
        {{ crm_id('opportunity_id') }} as opportunity_id,
        created_date as changed_at,
        close_date,
        stage_name,
        {{ id_problem(['id', 'opportunity_id']) }} as id_problem,
        probability,
        amount
    from raw_opportunity_changes
    where not coalesce(is_deleted, false)
)

select * from opportunity_changes
