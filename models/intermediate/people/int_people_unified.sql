with records as (
    select * from {{ ref('int_people_records_gathered') }}
),

people_linked_from_records as (
    select * from {{ ref('int_people_linked_from_records') }}
),

original_sources as (
    select * from {{ ref('int_people_original_sources') }}
),

records_of_people as (
    select
        people_linked_from_records.person_id,
        records.record_type,
        row_number() over (
            partition by people_linked_from_records.person_id
            order by records.created_at asc nulls last, records.record_type desc, records.record_id asc
        ) as record_number,
        records.created_at,
        records.email_hash,
        records.email_domain,
        records.is_role_mailbox,
        records.job_title,
        records.country,
        records.is_erased,
        original_sources.original_lead_source,
        original_sources.original_source_seen_at
    from records
    inner join people_linked_from_records on records.record_key = people_linked_from_records.record_key
    left join original_sources
        on
            records.record_type = original_sources.record_type
            and records.record_id = original_sources.record_id
),

-- what is known of a person is what the newest record says; where they came from is what the first one says
people_unified as (
    select
        person_id,
        min(created_at) as created_at,
        -- what is picked has a value: DuckDB passes over rows without one, Spark would pick the gap
        min_by(original_source_seen_at, record_number) filter (
            where original_lead_source is not null and original_source_seen_at is not null
        ) as original_source_seen_at,
        max_by(email_hash, record_number) filter (where email_hash is not null) as email_hash,
        max_by(email_domain, record_number) filter (where email_domain is not null) as email_domain,
        max_by(job_title, record_number) filter (where job_title is not null) as job_title,
        max_by(country, record_number) filter (where country is not null) as country,
        min_by(original_lead_source, record_number) filter (where original_lead_source is not null)
            as original_lead_source,
        coalesce(max_by(is_role_mailbox, record_number) filter (where email_hash is not null), false)
            as is_role_mailbox,
        bool_and(is_erased) as is_erased,
        cast(count_if(record_type = 'lead' and not is_erased) as bigint) as lead_count,
        cast(count_if(record_type = 'contact' and not is_erased) as bigint) as contact_count
    from records_of_people
    group by person_id
)

select * from people_unified
