with found as (
    select
        exists(select 1 from {{ ref('stg_crm__leads') }}) as has_leads,
        exists(select 1 from {{ ref('stg_crm__contacts') }}) as has_contacts
)

select * from found
