with

source_rows as (
    select * from {{ ref('source_rows') }}
),

listed as (
    select
        source_system,
        source_table,
        count(*) as listed_count
    from {{ ref('quarantined_rows') }}
    group by
        source_system,
        source_table
)

select
    source_rows.source_system,
    source_rows.source_table,
    source_rows.quarantined_count,
    listed.listed_count
from source_rows
left join listed
    on
        source_rows.source_system = listed.source_system
        and source_rows.source_table = listed.source_table
where source_rows.quarantined_count != coalesce(listed.listed_count, 0)
