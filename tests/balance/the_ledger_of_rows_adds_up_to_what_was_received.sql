-- Received = used + excluded + superseded + deleted at source + anonymous + quarantined by reason, table by table, and nothing is
-- used less than not at all.
with outcomes as (
    select
        source_system,
        source_table,
        sum(row_count) as row_count,
        min(row_count) as smallest_count
    from {{ ref('source_row_outcomes') }}
    group by
        source_system,
        source_table
),

source_rows as (
    select * from {{ ref('source_rows') }}
)

select
    source_rows.source_system,
    source_rows.source_table,
    source_rows.received_count,
    outcomes.row_count,
    outcomes.smallest_count
from source_rows
left join outcomes
    on
        source_rows.source_system = outcomes.source_system
        and source_rows.source_table = outcomes.source_table
where
    outcomes.row_count is null
    or source_rows.received_count <> outcomes.row_count
    or outcomes.smallest_count < 0
{%- if setting('raw_data') == 'sample' %}
union all
-- the sample has rows of every outcome
select
    outcome.row_outcome as source_system,
    'no row of this outcome' as source_table,
    0 as received_count,
    0 as row_count,
    0 as smallest_count
from (values ('used'), ('excluded'), ('superseded'), ('deleted at source'), ('quarantined')) as outcome (row_outcome)
left join {{ ref('source_row_outcomes') }} as seen on outcome.row_outcome = seen.row_outcome
where seen.row_outcome is null
{%- endif %}
