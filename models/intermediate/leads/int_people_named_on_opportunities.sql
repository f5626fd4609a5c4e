with leads as (
    select * from {{ ref('int_leads_gathered') }}
),

contact_roles as (
    select * from {{ ref('stg_crm__opportunity_contact_roles') }}
),

people_linked as (
    select * from {{ ref('int_people_linked_from_records') }}
),

people_excluded as (
    select * from {{ ref('int_people_excluded') }}
),

named as (
    select
        leads.converted_opportunity_id as opportunity_id,
        people_linked.person_id,
        'converted lead' as link_method,
        1 as link_rank,
        leads.created_at as linked_at
    from leads
    inner join people_linked
        on
            leads.lead_id = people_linked.record_id
            and people_linked.record_type = 'lead'
    where leads.converted_opportunity_id is not null
    union all
    select
        contact_roles.opportunity_id,
        people_linked.person_id,
        case when contact_roles.is_primary then 'primary contact role' else 'contact role' end as link_method,
        case when contact_roles.is_primary then 2 else 3 end as link_rank,
        cast(null as timestamp) as linked_at
    from contact_roles
    inner join people_linked
        on
            contact_roles.contact_id = people_linked.record_id
            and people_linked.record_type = 'contact'
),

-- A person who was converted into the deal and has a role on it is named once, by the stronger link; a test person
-- not at all.
named_once as (
    select
        named.opportunity_id,
        named.person_id,
        named.link_method,
        named.link_rank,
        named.linked_at
    from named
    left join people_excluded on named.person_id = people_excluded.person_id
    where people_excluded.person_id is null
    qualify
        row_number() over (
            partition by named.opportunity_id, named.person_id order by named.link_rank, named.linked_at nulls last
        ) = 1
)

select * from named_once
