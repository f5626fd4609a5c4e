-- Who sat behind a cookie, from when until when: from an identification to the next one of somebody else. The time
-- before the first one belongs to the first person: most visits come before the form is filled in.
with identifications as (
    select * from {{ ref('int_identifications_named') }}
),

identifications_compared as (
    select
        anonymous_id,
        person_id,
        identified_at,
        identity_key,
        email_domain,
        lag(identity_key) over (partition by anonymous_id order by identified_at, identity_key) as previous_identity
    from identifications
),

visitors_counted as (
    select
        anonymous_id,
        count(distinct identity_key) as identity_count
    from identifications
    group by anonymous_id
),

changes_of_identity as (
    select
        identifications_compared.anonymous_id,
        identifications_compared.person_id,
        identifications_compared.identified_at,
        identifications_compared.email_domain,
        identifications_compared.previous_identity is null as is_first,
        lead(identifications_compared.identified_at) over (
            partition by identifications_compared.anonymous_id
            order by identifications_compared.identified_at, identifications_compared.identity_key
        ) as next_identified_at
    from identifications_compared
    inner join visitors_counted on identifications_compared.anonymous_id = visitors_counted.anonymous_id
    where
        visitors_counted.identity_count <= {{ fault_limit('F37') }}
        and (
            identifications_compared.previous_identity is null
            or identifications_compared.identity_key <> identifications_compared.previous_identity
        )
),

visitors_linked_to_people as (
    select
        anonymous_id,
        person_id,
        email_domain,
        case when is_first then timestamp '1900-01-01 00:00:00' else identified_at end as valid_from_at,
        coalesce(next_identified_at, timestamp '9999-01-01 00:00:00') as valid_until_at
    from changes_of_identity
)

select * from visitors_linked_to_people
