-- People hold each staged lead and each staged contact once, but for those of excluded people, and there is nobody
-- without a record or a touch.
with people as (
    select * from {{ ref('people') }}
),

linked as (
    select * from {{ ref('int_people_linked_from_records') }}
),

excluded as (
    select linked.record_type
    from linked
    inner join {{ ref('int_people_excluded') }} as people_excluded on linked.person_id = people_excluded.person_id
),

counted as (
    select
        (select count(*) from {{ ref('stg_crm__leads') }}) as lead_count,
        (select count(*) from {{ ref('stg_crm__contacts') }}) as contact_count,
        (select coalesce(sum(lead_count), 0) from people)
        + (select count(*) filter (where record_type = 'lead') from excluded) as leads_of_people,
        (select coalesce(sum(contact_count), 0) from people)
        + (select count(*) filter (where record_type = 'contact') from excluded) as contacts_of_people,
        (select count(distinct person_id) from linked) as linked_person_count,
        (select count(*) from people) + (select count(*) from {{ ref('int_people_excluded') }}) as person_count
)

select * from counted
where
    lead_count <> leads_of_people
    or contact_count <> contacts_of_people
    or linked_person_count <> person_count
    {%- if setting('raw_data') == 'sample' %}
    or lead_count = 0
    or contact_count = 0
    {%- endif %}
