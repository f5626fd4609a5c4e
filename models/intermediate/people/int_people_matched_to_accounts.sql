with records as (
    select * from {{ ref('int_people_records_gathered') }}
),

people_linked_from_records as (
    select * from {{ ref('int_people_linked_from_records') }}
),

accounts_merged as (
    select * from {{ ref('int_accounts_merged') }}
),

accounts_named as (
    select * from {{ ref('int_accounts_named_for_matching') }}
),

accounts_compared as (
    select * from {{ ref('int_accounts_compared_for_matching') }}
),

domains_matched_to_accounts as (
    select * from {{ ref('int_domains_matched_to_accounts') }}
),

records_of_people as (
    select
        people_linked_from_records.person_id,
        records.*
    from records
    inner join people_linked_from_records on records.record_key = people_linked_from_records.record_key
),

candidates as (
    -- a contact's account is kept by hand; a lead's was right on the day it was converted
    select
        records_of_people.person_id,
        accounts_merged.surviving_account_id as account_id,
        'crm_link' as match_method,
        case records_of_people.record_type when 'contact' then 0 else 1 end as match_rank,
        records_of_people.record_type || ' ' || records_of_people.record_id as match_evidence
    from records_of_people
    inner join accounts_merged on records_of_people.account_id = accounts_merged.account_id
    union all
    select
        records_of_people.person_id,
        domains_matched_to_accounts.account_id,
        domains_matched_to_accounts.match_method,
        domains_matched_to_accounts.match_rank,
        domains_matched_to_accounts.match_evidence
    from records_of_people
    inner join domains_matched_to_accounts
        on records_of_people.email_domain = domains_matched_to_accounts.email_domain
    union all
    select
        records_of_people.person_id,
        accounts_merged.surviving_account_id as account_id,
        'company_name' as match_method,
        5 as match_rank,
        'company ' || records_of_people.normalised_name as match_evidence
    from records_of_people
    inner join accounts_named
        on
            records_of_people.normalised_name = accounts_named.normalised_name
            and (
                records_of_people.country is null
                or accounts_named.country is null
                or lower(records_of_people.country) = accounts_named.country
            )
    inner join accounts_merged on accounts_named.account_id = accounts_merged.account_id
),

best_candidates as (
    select
        candidates.person_id,
        candidates.account_id,
        candidates.match_method,
        candidates.match_evidence
    from candidates
    inner join accounts_compared on candidates.account_id = accounts_compared.account_id
    qualify
        row_number() over (
            partition by candidates.person_id
            order by candidates.match_rank, {{ best_account_first('accounts_compared') }}, candidates.match_evidence
        ) = 1
),

people_matched_to_accounts as (
    select
        people.person_id,
        best_candidates.account_id,
        coalesce(best_candidates.match_method, 'unmatched') as match_method,
        best_candidates.match_evidence
    from (select distinct person_id from people_linked_from_records) as people
    left join best_candidates on people.person_id = best_candidates.person_id
)

select * from people_matched_to_accounts
