with

raw_identifies as (
    select * from {{ raw('web', 'identifies') }}
),

identifies as (
    select
        id as identify_id,
        anonymous_id,
        {{ id_without_email('user_id') }} as user_id,
        timestamp as identified_at,
        {{ email_hash('email') }} as email_hash,
        {{ email_domain('email') }} as email_domain,
        {{ without_emails('form_name') }} as form_name
    from raw_identifies
)

select * from identifies
