-- Addresses that are none (F38), and visitors who are our own people (F23).
with records as (
    select * from {{ ref('int_people_records_gathered') }}
),

identifies as (
    select * from {{ ref('stg_web__identifies') }}
),

domains_excluded as (
    select * from {{ ref('int_domains_excluded') }}
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
        'no address' as fault_detail
    from addresses
    where addresses.has_unusable_email
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
