with people_unified as (
    select * from {{ ref('int_people_unified') }}
),

people_matched_to_accounts as (
    select * from {{ ref('int_people_matched_to_accounts') }}
),

people_excluded as (
    select * from {{ ref('int_people_excluded') }}
),

people_with_accounts as (
    select
        people_unified.person_id,
        people_matched_to_accounts.account_id,
        people_unified.created_at,
        {{ local_date('people_unified.created_at') }} as created_date,
        people_unified.original_source_seen_at,
        people_unified.original_lead_source,
        people_unified.job_title,
        people_unified.country,
        people_matched_to_accounts.match_method,
        people_matched_to_accounts.match_evidence,
        people_unified.email_hash is not null as has_email,
        people_unified.is_role_mailbox,
        people_unified.is_erased,
        people_unified.lead_count,
        people_unified.contact_count
    from people_unified
    inner join people_matched_to_accounts on people_unified.person_id = people_matched_to_accounts.person_id
    -- our own people, competitors and tests: source_row_outcomes counts their records
    left join people_excluded on people_unified.person_id = people_excluded.person_id
    where people_excluded.person_id is null
)

select * from people_with_accounts
