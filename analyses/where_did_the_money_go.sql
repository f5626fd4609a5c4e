-- Every cost that anyone states: what counts, what a better source supersedes, what could not be placed.
select
    cost_source,
    line_rank,
    line_item,
    sum(cost_count) as cost_count,
    sum(cost_amount) as cost_amount
from {{ ref('spend_reconciliation_by_month') }}
group by cost_source, line_rank, line_item
order by cost_source asc, line_rank asc, line_item asc
