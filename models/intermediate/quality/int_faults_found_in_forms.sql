-- Addresses that are none, or of domains that exist for examples (F38), and visitors who are our own people (F23).
with records as (
    select * from {{ ref('int_people_records_gathered') }}
),

identifies as (
    select * from {{ ref('stg_web__identifies') }}
),

domains_excluded as (
    select * from {{ ref('int_domains_excluded') }}
),

placeholder_domains as (
    select * from {{ ref('excluded_email_domains') }}
    where reason = 'placeholder'
),

addresses as (
    select
        'crm' as source_system,
        record_type || 's' as source_table,
        record_id as row_key,
        email_domain,
        has_unusable_email
    from records
    union all
    select
        'web' as source_system,
        'identifies' as source_table,
        identify_id as row_key,
        email_domain,
        has_unusable_email
    from identifies
),

faults_found as (
    select
        'F38' as fault_id,
        addresses.source_system,
        addresses.source_table,
        addresses.row_key,
        case when addresses.has_unusable_email then 'no address' else 'a domain of examples' end as fault_detail
    from addresses
    left join placeholder_domains on addresses.email_domain = placeholder_domains.email_domain
    where addresses.has_unusable_email or placeholder_domains.email_domain is not null
    union all
    select
        'F23' as fault_id,
        addresses.source_system,
        addresses.source_table,
        addresses.row_key,
        domains_excluded.exclusion_reason as fault_detail
    from addresses
    inner join domains_excluded on addresses.email_domain = domains_excluded.email_domain
    where addresses.source_system = 'web'
)

select * from faults_found
