-- Leads and contacts who could never buy: our own people, competitors, tests. The smallest reason counts.
with records as (
    select * from {{ ref('int_people_records_gathered') }}
),

domains_excluded as (
    select * from {{ ref('int_domains_excluded') }}
),

rules as (
    select * from {{ ref('excluded_people') }}
    where applies_to in ('mailbox', 'company')
),

-- a test mailbox was judged in staging, as addresses end there
that_fit as (
    select
        records.record_key,
        rules.exclusion_reason
    from records
    inner join rules on records.is_test_mailbox and rules.applies_to = 'mailbox'
    union all
    select
        records.record_key,
        domains_excluded.exclusion_reason
    from records
    inner join domains_excluded on records.email_domain = domains_excluded.email_domain
    union all
    select
        records.record_key,
        rules.exclusion_reason
    from records
    inner join rules on {{ matches('records.normalised_name', 'rules.pattern') }} and rules.applies_to = 'company'
),

records_excluded as (
    select
        record_key,
        min(exclusion_reason) as exclusion_reason
    from that_fit
    group by record_key
)

select * from records_excluded
