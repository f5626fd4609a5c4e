with people_matched_to_accounts as (
    select * from {{ ref('int_people_matched_to_accounts') }}
),

people_excluded as (
    select * from {{ ref('int_people_excluded') }}
),

contacts_observed as (
    select * from {{ ref('int_contacts_observed_at_accounts') }}
),

-- of the contact that says where the person is today
observed as (
    select
        people_matched_to_accounts.person_id,
        contacts_observed.account_id,
        contacts_observed.observed_at,
        lag(contacts_observed.account_id) over in_order as previous_account_id
    from people_matched_to_accounts
    inner join contacts_observed
        on
            people_matched_to_accounts.match_method = 'crm_link'
            and people_matched_to_accounts.match_evidence = 'contact ' || contacts_observed.contact_id
    window
        in_order as (
            partition by people_matched_to_accounts.person_id
            order by contacts_observed.observed_at, contacts_observed.observation_rank, contacts_observed.account_id
        )
),

-- The old account holds until the first sign of the new one; what lies before any sign belongs to the first account.
moves as (
    select
        person_id,
        account_id,
        case when previous_account_id is null then timestamp '0001-01-01 00:00:00' else observed_at end as valid_from_at
    from observed
    where account_id is distinct from previous_account_id
),

spans as (
    select
        person_id,
        account_id,
        valid_from_at,
        coalesce(
            lead(valid_from_at) over (partition by person_id order by valid_from_at, account_id), timestamp '9999-01-01 00:00:00'
        ) as valid_until_at
    from moves
),

people_dated_by_account as (
    select
        people_matched_to_accounts.person_id,
        coalesce(spans.account_id, people_matched_to_accounts.account_id) as account_id,
        coalesce(spans.valid_from_at, timestamp '0001-01-01 00:00:00') as valid_from_at,
        coalesce(spans.valid_until_at, timestamp '9999-01-01 00:00:00') as valid_until_at,
        people_excluded.exclusion_reason
    from people_matched_to_accounts
    left join spans on people_matched_to_accounts.person_id = spans.person_id
    left join people_excluded on people_matched_to_accounts.person_id = people_excluded.person_id
)

select * from people_dated_by_account
