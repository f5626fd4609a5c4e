-- Each time a visitor said who they are: by an e-mail address in a form, or by logging in.
with identifies as (
    select * from {{ ref('stg_web__identifies') }}
),

page_views as (
    select * from {{ ref('stg_web__page_views') }}
),

records as (
    select * from {{ ref('int_people_records_gathered') }}
),

people_linked_from_records as (
    select * from {{ ref('int_people_linked_from_records') }}
),

-- a mailbox that several people read tells nothing about who it was
people_of_mailboxes as (
    select
        records.email_hash,
        min(people_linked_from_records.person_id) as person_id
    from records
    inner join people_linked_from_records
        on
            records.record_type = people_linked_from_records.record_type
            and records.record_id = people_linked_from_records.record_id
    where records.email_hash is not null
    group by records.email_hash
    having count(distinct people_linked_from_records.person_id) = 1
),

-- a log-in is somebody who also gave an address under it, or it is that address, or the id of a lead or contact itself
users_named as (
    select
        identifies.user_id,
        people_of_mailboxes.person_id
    from identifies
    inner join people_of_mailboxes on identifies.email_hash = people_of_mailboxes.email_hash
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
    from people_of_mailboxes
),

people_of_users as (
    select
        user_id,
        min(person_id) as person_id
    from users_named
    where user_id is not null
    group by user_id
    having count(distinct person_id) = 1
),

identifications as (
    select
        anonymous_id,
        user_id,
        email_hash,
        email_domain,
        identified_at
    from identifies
    union all
    select
        anonymous_id,
        user_id,
        cast(null as varchar) as email_hash,
        cast(null as varchar) as email_domain,
        min(viewed_at) as identified_at
    from page_views
    where user_id is not null
    group by anonymous_id, user_id
),

identifications_named as (
    select
        identifications.anonymous_id,
        identifications.identified_at,
        -- who logs in by the address of a form is at its domain too
        max(identifications.email_domain)
            over (partition by coalesce(identifications.email_hash, identifications.user_id)) as email_domain,
        coalesce(people_of_mailboxes.person_id, people_of_users.person_id) as person_id,
        coalesce(
            people_of_mailboxes.person_id, people_of_users.person_id, identifications.email_hash, identifications.user_id
        ) as identity_key
    from identifications
    left join people_of_mailboxes on identifications.email_hash = people_of_mailboxes.email_hash
    left join people_of_users on identifications.user_id = people_of_users.user_id
)

select * from identifications_named
where identity_key is not null
