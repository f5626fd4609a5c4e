with

raw_opportunity_contact_roles as (
    select * from {{ raw('crm', 'opportunity_contact_roles') }}
),

opportunity_contact_roles as (
    select
        {{ crm_id('id') }} as contact_role_id,
        {{ crm_id('opportunity_id') }} as opportunity_id,
        {{ crm_id('contact_id') }} as contact_id,
        role as role_name,
        {{ id_problem(['id', 'opportunity_id', 'contact_id']) }} as id_problem,
        coalesce(is_primary, false) as is_primary
    from raw_opportunity_contact_roles
    where not coalesce(is_deleted, false)
)

select * from opportunity_contact_roles
