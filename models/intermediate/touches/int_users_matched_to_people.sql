-- A log-in is somebody who also gave an address under it, or it is that address, or the id of a lead or contact.
with identifies as (
    select * from {{ ref('stg_web__identifies') }}
),

addresses as (
    select * from {{ ref('int_addresses_matched_to_people') }}
    where person_id is not null
),

people_linked_from_records as (
    select * from {{ ref('int_people_linked_from_records') }}
),

users_named as (
    select
        identifies.user_id,
        addresses.person_id
    from identifies
    inner join addresses on identifies.email_hash = addresses.email_hash
    where identifies.user_id is not null
    union all
    select
        record_id as user_id,
        person_id
    from people_linked_from_records
    union all
    -- staging turns a log-in that is an e-mail address into the hash of that address
    select
        email_hash as user_id,
        person_id
    from addresses
),

users_matched_to_people as (
    select
        user_id,
        min(person_id) as person_id
    from users_named
    group by user_id
    having count(distinct person_id) = 1
)

select * from users_matched_to_people
