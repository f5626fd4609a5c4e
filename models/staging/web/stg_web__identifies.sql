with

raw_identifies as (
    select * from {{ raw('web', 'identifies') }}
),

addressed as (
    select
        *,
        {{ normalised_email('email') }} as email_address
    from raw_identifies
),

identifies as (
    select
        id as identify_id,
        {{ id_without_email('anonymous_id') }} as anonymous_id,
        {{ id_without_email('user_id') }} as user_id,
        {{ moment_seen('timestamp', 'received_at') }} as identified_at,
        {{ email_hash('email_address') }} as email_hash,
        {{ email_domain('email_address') }} as email_domain,
        {{ without_emails('form_name') }} as form_name,
        {{ clock_problem('timestamp', 'received_at') }} as clock_problem,
        email is not null and email_address is null as has_unusable_email
    from addressed
)

select * from identifies
