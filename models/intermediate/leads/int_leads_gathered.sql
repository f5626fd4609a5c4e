-- Of a lead that was erased, what is remembered: when it was created, and the deal that it was converted to.
with leads as (
    select * from {{ ref('stg_crm__leads') }}
),

people_erased as (
    select * from {{ ref('int_people_erased') }}
    where record_type = 'lead' and is_remembered
),

leads_gathered as (
    select
        lead_id,
        converted_opportunity_id,
        created_at,
        lead_status
    from leads
    union all
    select
        record_id as lead_id,
        opportunity_id as converted_opportunity_id,
        created_at,
        cast(null as string) as lead_status
    from people_erased
)

select * from leads_gathered
