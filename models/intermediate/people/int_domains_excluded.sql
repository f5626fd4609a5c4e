with listed_domains as (
    select * from {{ ref('excluded_email_domains') }}
),

rules as (
    select * from {{ ref('excluded_people') }}
    where applies_to = 'email_domain'
),

domains_excluded as (
    select
        listed_domains.email_domain,
        rules.exclusion_reason
    from listed_domains
    inner join rules on listed_domains.reason = rules.pattern
)

select * from domains_excluded
