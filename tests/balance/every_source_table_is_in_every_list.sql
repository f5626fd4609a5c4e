-- The contracts in models/staging, the macro source_tables() and the seed of that name speak of the same tables.
with

contracts (source_system, source_table) as (
    values {{ text_rows(source_contracts()) }}
),

listed (source_system, source_table) as (
    values {{ text_rows(source_tables()) }}
),

explained as (
    select
        source_system,
        source_table
    from {{ ref('source_tables') }}
),

named as (
    select
        source_system,
        source_table
    from contracts
    union all
    select
        source_system,
        source_table
    from listed
    union all
    select
        source_system,
        source_table
    from explained
)

select
    source_system,
    source_table,
    count(*) as place_count
from named
group by
    source_system,
    source_table
having count(*) != 3
