-- A history that begins long after the first record has lost its beginning. What was remembered counts as there.
with lead_changes as (
    select * from {{ ref('int_lead_changes_gathered') }}
),

opportunity_changes as (
    select * from {{ ref('int_opportunity_changes_gathered') }}
),

leads as (
    select * from {{ ref('stg_crm__leads') }}
),

opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
),

begun as (
    select
        'lead_changes' as history_table,
        (select min(changed_at) from lead_changes) as first_changed_at,
        (select min(created_at) from leads) as first_created_at
    union all
    select
        'opportunity_changes' as history_table,
        (select min(changed_at) from opportunity_changes) as first_changed_at,
        (select min(created_at) from opportunities) as first_created_at
),

compared as (
    select
        *,
        {{ days_between(local_date('first_created_at'), local_date('first_changed_at')) }} > {{ fault_limit('F43') }} as is_cut_off
    from begun
    where first_changed_at is not null and first_created_at is not null
),

histories_covered as (
    select
        history_table,
        is_cut_off,
        case when is_cut_off then first_changed_at else first_created_at end as complete_from_at,
        {{ local_date('case when is_cut_off then first_changed_at else first_created_at end') }} as complete_from_date
    from compared
)

select * from histories_covered
