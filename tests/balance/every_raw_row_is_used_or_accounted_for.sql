-- Received = used + deleted at the source + superseded + anonymous + quarantined, table by table. A count of a table that no
-- row was seen of is no proof: the sum over all tables must be above zero where the sample is read.
with

source_rows as (
    select * from {{ ref('source_rows') }}
),

unaccounted as (
    select
        source_system,
        source_table,
        received_count
        - used_count
        - deleted_at_source_count
        - superseded_count
        - anonymous_count
        - quarantined_count as row_count
    from source_rows
),

seen as (
    select sum(received_count) as received_count
    from source_rows
)

select
    source_system,
    source_table,
    row_count
from unaccounted
where row_count != 0
{% if setting('raw_data') == 'sample' -%}
union all
select
    'no row was received' as source_system,
    null as source_table,
    received_count as row_count
from seen
where coalesce(received_count, 0) = 0
{% endif -%}
