with campaigns as (
    select * from {{ ref('stg_crm__campaigns') }}
),

costs as (
    select * from {{ ref('int_costs_ranked') }}
),

found as (
    select
        campaign_id,
        case when end_date < start_date then 'ends before it starts' else 'no start or end date' end as fault_detail
    from campaigns
    where start_date is null or end_date is null or end_date < start_date
    union all
    select
        campaign_id,
        'cost above a child that has some' as fault_detail
    from costs
    where cost_source = 'crm_actual' and cost_reason = 'parent of costed children'
),

faults_found as (
    select
        'F28' as fault_id,
        'crm' as source_system,
        'campaigns' as source_table,
        campaign_id as row_key,
        fault_detail
    from found
)

select * from faults_found
