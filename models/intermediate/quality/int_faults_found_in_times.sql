with source_rows as (
    select * from {{ ref('int_source_rows_offset_from_utc') }}
),

faults_found as (
    select
        'F31' as fault_id,
        source_system,
        source_table,
        row_key,
        column_name || ': written with an offset from UTC' as fault_detail
    from source_rows
)

select * from faults_found
