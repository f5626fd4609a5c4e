-- Staging has compared when an event happened with when it came (macro clock_problem); what was too far ahead for it is
-- in quarantine, and found among the deliveries.
with events as (
    select
        'page_views' as source_table,
        page_view_id as row_key,
        clock_problem
    from {{ ref('stg_web__page_views') }}
    union all
    select
        'identifies' as source_table,
        identify_id as row_key,
        clock_problem
    from {{ ref('stg_web__identifies') }}
),

faults_found as (
    select
        case clock_problem when 'late' then 'F33' else 'F32' end as fault_id,
        'web' as source_system,
        source_table,
        row_key,
        case clock_problem when 'late' then 'came more than a day late' else 'happened after it was received' end as fault_detail
    from events
    where clock_problem is not null
)

select * from faults_found
