-- The rounds of int_people_linked_from_records were enough: no two records that share a key are two people.
with records as (
    select * from {{ ref('int_people_linked_from_records') }}
),

keys as (
    select
        merge_key as shared_key,
        person_id
    from records
    union all
    select
        contact_key as shared_key,
        person_id
    from records
    union all
    select
        mailbox_key as shared_key,
        person_id
    from records
)

select
    shared_key,
    count(distinct person_id) as person_count
from keys
group by shared_key
having count(distinct person_id) > 1
{%- if setting('raw_data') == 'sample' %}
union all
select
    'no record was seen' as shared_key,
    0 as person_count
from records
having count(*) = 0
{%- endif %}
