-- The counts are taken in different places, so that their sum proves something: what came in from the landed rows,
-- use from staging, the rest behind the door.
{%- set branches = [] -%}
{%- for system, table in source_tables() -%}
    {%- set landed = raw_contract(system, table).relation -%}
    {%- set counted -%}
        select
            '{{ system }}' as source_system,
            '{{ table }}' as source_table,
            {{ landed is not none }} as is_present,
            (select count(*) from {{ landed or '(select 1 as nothing where false) as absent_table' }}) as received_count,
            (select count(*) from {{ ref('stg_' ~ system ~ '__' ~ table) }}) as used_count
    {%- endset -%}
    {%- do branches.append(counted) -%}
{%- endfor %}

with

counted as (
    {{ branches | join('\n    union all\n    ') }}
),

set_aside as (
    select
        source_system,
        source_table,
        count(*) filter (where row_outcome = 'deleted at source') as deleted_count,
        count(*) filter (where row_outcome = 'superseded') as superseded_count,
        count(*) filter (where row_outcome = 'anonymous') as anonymous_count,
        count(*) filter (where row_outcome = 'quarantined') as quarantined_count
    from {{ ref('int_source_rows_set_aside') }}
    group by
        source_system,
        source_table
),

source_tables as (
    select * from {{ ref('source_tables') }}
),

source_rows as (
    select
        counted.source_system,
        counted.source_table,
        source_tables.needed_for,
        source_tables.is_required,
        counted.is_present,
        counted.received_count > 0 as has_rows,
        counted.received_count,
        counted.used_count,
        coalesce(set_aside.deleted_count, 0) as deleted_at_source_count,
        coalesce(set_aside.superseded_count, 0) as superseded_count,
        coalesce(set_aside.anonymous_count, 0) as anonymous_count,
        coalesce(set_aside.quarantined_count, 0) as quarantined_count
    from counted
    left join set_aside
        on
            counted.source_system = set_aside.source_system
            and counted.source_table = set_aside.source_table
    left join source_tables
        on
            counted.source_system = source_tables.source_system
            and counted.source_table = source_tables.source_table
)

select * from source_rows
