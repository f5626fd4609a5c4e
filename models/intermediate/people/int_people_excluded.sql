-- A person with one record that is real is real: somebody who once tried a form is no test.
with people_linked_from_records as (
    select * from {{ ref('int_people_linked_from_records') }}
),

records_excluded as (
    select * from {{ ref('int_people_records_excluded') }}
),

people_excluded as (
    select
        people_linked_from_records.person_id,
        min(records_excluded.exclusion_reason) as exclusion_reason
    from people_linked_from_records
    left join records_excluded on people_linked_from_records.record_key = records_excluded.record_key
    group by people_linked_from_records.person_id
    having count(*) = count(records_excluded.record_key)
)

select * from people_excluded
