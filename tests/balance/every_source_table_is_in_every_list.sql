-- The contracts in models/staging, the macro source_tables() and the seed of that name speak of the same tables.
with

{% set contracts = [] -%}
{%- for node in (graph.sources.values() if execute else []) -%}
    {%- do contracts.append("('" ~ node.source_name ~ "', '" ~ node.name ~ "')") -%}
{%- endfor -%}
{%- set listed = [] -%}
{%- for system, table in source_tables() -%}
    {%- do listed.append("('" ~ system ~ "', '" ~ table ~ "')") -%}
{%- endfor -%}

contracts (source_system, source_table) as (
    values {{ contracts | join(', ') or "('', '')" }}
),

listed (source_system, source_table) as (
    values {{ listed | join(', ') }}
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
