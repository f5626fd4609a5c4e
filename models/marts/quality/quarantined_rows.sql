with

rows_set_aside as (
    select * from {{ ref('int_source_rows_set_aside') }}
),

quarantined_rows as (
    select
        source_system,
        source_table,
        row_key,
        source_file,
        source_row,
        row_problem
    from rows_set_aside
    where row_outcome = 'quarantined'
)

select * from quarantined_rows
