with source_rows as (
    select * from {{ ref('source_rows') }}
),

rows_set_aside as (
    select * from {{ ref('int_source_rows_set_aside') }}
),

rows_excluded as (
    select * from {{ ref('int_source_rows_excluded') }}
),

excluded_by_table as (
    select
        source_system,
        source_table,
        sum(row_count) as row_count
    from rows_excluded
    group by
        source_system,
        source_table
),

outcomes as (
    select
        source_rows.source_system,
        source_rows.source_table,
        'used' as row_outcome,
        cast(null as string) as outcome_reason,
        source_rows.used_count - coalesce(excluded_by_table.row_count, 0) as row_count
    from source_rows
    left join excluded_by_table
        on
            source_rows.source_system = excluded_by_table.source_system
            and source_rows.source_table = excluded_by_table.source_table
    union all
    select
        source_system,
        source_table,
        'excluded' as row_outcome,
        exclusion_reason as outcome_reason,
        row_count
    from rows_excluded
    union all
    select
        source_system,
        source_table,
        row_outcome,
        row_problem as outcome_reason,
        count(*) as row_count
    from rows_set_aside
    group by
        source_system,
        source_table,
        row_outcome,
        row_problem
),

source_row_outcomes as (
    select
        source_system,
        source_table,
        row_outcome,
        outcome_reason,
        cast(row_count as bigint) as row_count
    from outcomes
)

select * from source_row_outcomes
