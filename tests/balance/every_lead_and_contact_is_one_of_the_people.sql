-- People hold each staged lead and each staged contact once, and there is nobody without a record.
with people as (
    select * from {{ ref('people') }}
),

counted as (
    select
        (select count(*) from {{ ref('stg_crm__leads') }}) as lead_count,
        (select count(*) from {{ ref('stg_crm__contacts') }}) as contact_count,
        (select coalesce(sum(lead_count), 0) from people) as leads_of_people,
        (select coalesce(sum(contact_count), 0) from people) as contacts_of_people,
        (select count(distinct person_id) from {{ ref('int_people_linked_from_records') }}) as linked_person_count,
        (select count(*) from people) as person_count
)

select * from counted
where
    lead_count <> leads_of_people
    or contact_count <> contacts_of_people
    or linked_person_count <> person_count
    {%- if var('raw_data') == 'sample' %}
    or lead_count = 0
    or contact_count = 0
    {%- endif %}
