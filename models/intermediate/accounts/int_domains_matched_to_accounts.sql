with accounts as (
    select * from {{ ref('stg_crm__accounts') }}
),

accounts_merged as (
    select * from {{ ref('int_accounts_merged') }}
),

accounts_compared as (
    select * from {{ ref('int_accounts_compared_for_matching') }}
),

contact_domains as (
    select * from {{ ref('int_account_domains_of_contacts') }}
),

aliases as (
    select * from {{ ref('account_domain_aliases') }}
),

excluded_domains as (
    select * from {{ ref('excluded_email_domains') }}
),

candidates as (
    select
        accounts.account_domain as email_domain,
        accounts_merged.surviving_account_id as account_id,
        'email_domain' as match_method,
        2 as match_rank,
        'website ' || accounts.account_domain as match_evidence
    from accounts
    inner join accounts_merged on accounts.account_id = accounts_merged.account_id
    union all
    select
        aliases.alias_domain as email_domain,
        accounts_merged.surviving_account_id as account_id,
        'alias_domain' as match_method,
        3 as match_rank,
        aliases.alias_domain || ' stands for ' || aliases.account_domain as match_evidence
    from aliases
    inner join accounts on aliases.account_domain = accounts.account_domain
    inner join accounts_merged on accounts.account_id = accounts_merged.account_id
    union all
    select
        email_domain,
        account_id,
        'dominant_domain' as match_method,
        4 as match_rank,
        contact_count || ' of ' || account_contact_count || ' contacts write from ' || email_domain as match_evidence
    from contact_domains
    where is_dominant
),

domains_matched_to_accounts as (
    select
        candidates.email_domain,
        candidates.account_id,
        candidates.match_method,
        candidates.match_rank,
        candidates.match_evidence
    from candidates
    inner join accounts_compared on candidates.account_id = accounts_compared.account_id
    left join excluded_domains on candidates.email_domain = excluded_domains.email_domain
    where
        candidates.email_domain is not null
        and excluded_domains.email_domain is null
    qualify
        row_number() over (
            partition by candidates.email_domain
            order by candidates.match_rank, {{ best_account_first('accounts_compared') }}, candidates.match_evidence
        ) = 1
)

select * from domains_matched_to_accounts
