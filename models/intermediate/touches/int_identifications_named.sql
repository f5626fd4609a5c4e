-- Each time a visitor said who they are: by an e-mail address in a form, or by logging in.
with identifies as (
    select * from {{ ref('stg_web__identifies') }}
),

page_views as (
    select * from {{ ref('stg_web__page_views') }}
),

addresses as (
    select * from {{ ref('int_addresses_matched_to_people') }}
),

users as (
    select * from {{ ref('int_users_matched_to_people') }}
),

identifications as (
    select
        anonymous_id,
        user_id,
        email_hash,
        identified_at
    from identifies
    union all
    select
        anonymous_id,
        user_id,
        cast(null as string) as email_hash,
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
        addresses.email_domain,
        coalesce(owners.person_id, users.person_id) as person_id,
        coalesce(owners.person_id, users.person_id, identifications.email_hash, identifications.user_id) as identity_key
    from identifications
    left join addresses as owners on identifications.email_hash = owners.email_hash
    left join users on identifications.user_id = users.user_id
    left join addresses on coalesce(identifications.email_hash, identifications.user_id) = addresses.email_hash
)

select * from identifications_named
where identity_key is not null
