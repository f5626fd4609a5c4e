-- What the door has told already: rows that the source marks as deleted (F04) and rows that cannot be read (F48).
with rows_set_aside as (
    select * from {{ ref('int_source_rows_set_aside') }}
),

faults_found as (
    select
        case row_outcome when 'quarantined' then 'F48' else 'F04' end as fault_id,
        source_system,
        source_table,
        row_key,
        coalesce(row_problem, row_outcome) as fault_detail
    from rows_set_aside
    where row_outcome in ('quarantined', 'deleted at source')
)

select * from faults_found
