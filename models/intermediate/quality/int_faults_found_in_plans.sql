-- A plan whose periods do not begin on the first of a month is one of fiscal periods (F47).
with revenue_plan as (
    select * from {{ ref('stg_finance__revenue_plan') }}
),

faults_found as (
    select
        'F47' as fault_id,
        'finance' as source_system,
        'revenue_plan' as source_table,
        cast(plan_date as string) || '|' || coalesce(segment_name, '') as row_key,
        'planned from the ' || cast(extract(day from plan_date) as string) || ' of a month' as fault_detail
    from revenue_plan
    where plan_date <> month_start_date
)

select * from faults_found
