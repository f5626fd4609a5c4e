-- Who counts for a deal by name. With the population `account` the people of its account count without a row here.
with contact_roles as (
    select
        opportunity_id,
        contact_id,
        is_primary
    from {{ ref('stg_crm__opportunity_contact_roles') }}
    where {{ {
        'account': 'false', 'contact_role': 'true', 'primary_contact_role': 'is_primary',
    }[var_one_of('attribution_population', ['account', 'contact_role', 'primary_contact_role'])] }}
),

leads as (
    select
        lead_id,
        converted_opportunity_id
    from {{ ref('int_leads_gathered') }}
    where converted_opportunity_id is not null
),

people as (
    select
        record_type,
        record_id,
        person_id
    from {{ ref('int_people_linked_from_records') }}
),

placed_by_contact_role as (
    select
        contact_roles.opportunity_id,
        people.person_id
    from contact_roles
    inner join people on contact_roles.contact_id = people.record_id and people.record_type = 'contact'
),

placed_by_conversion as (
    select
        leads.converted_opportunity_id as opportunity_id,
        people.person_id
    from leads
    inner join people on leads.lead_id = people.record_id and people.record_type = 'lead'
),

placed as (
    select
        opportunity_id,
        person_id
    from placed_by_contact_role
    union
    select
        opportunity_id,
        person_id
    from placed_by_conversion
)

select * from placed
