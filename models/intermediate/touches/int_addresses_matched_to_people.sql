with identifies as (
    select * from {{ ref('stg_web__identifies') }}
),

records as (
    select * from {{ ref('int_people_records_gathered') }}
),

people_linked_from_records as (
    select * from {{ ref('int_people_linked_from_records') }}
),

domains_given as (
    select
        email_hash,
        max(email_domain) as email_domain
    from identifies
    where email_hash is not null
    group by email_hash
),

-- a mailbox that several people read tells nothing about who it was
people_of_mailboxes as (
    select
        records.email_hash,
        min(people_linked_from_records.person_id) as person_id
    from records
    inner join people_linked_from_records on records.record_key = people_linked_from_records.record_key
    where records.email_hash is not null
    group by records.email_hash
    having count(distinct people_linked_from_records.person_id) = 1
),

addresses_matched_to_people as (
    select
        coalesce(people_of_mailboxes.email_hash, domains_given.email_hash) as email_hash,
        people_of_mailboxes.person_id,
        domains_given.email_domain
    from people_of_mailboxes
    full outer join domains_given on people_of_mailboxes.email_hash = domains_given.email_hash
)

select * from addresses_matched_to_people
