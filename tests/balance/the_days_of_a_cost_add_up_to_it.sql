-- Spreading a cost over its days changes when it counts, never how much.
with costs as (
    select * from {{ ref('int_costs_ranked') }}
    where cost_status <> 'parked'
),

days as (
    select
        cost_id,
        min(spend_date) as first_date,
        max(spend_date) as last_date,
        count(*) as day_count,
        sum(cost_minor) as cost_minor
    from {{ ref('int_costs_spread_by_day') }}
    group by cost_id
)

select
    costs.cost_id,
    costs.cost_minor,
    days.cost_minor as spread_minor
from costs
full outer join days on costs.cost_id = days.cost_id
where
    costs.cost_minor is distinct from days.cost_minor
    or costs.start_date is distinct from days.first_date
    or costs.end_date is distinct from days.last_date
    or days.day_count <> {{ days_between('costs.start_date', 'costs.end_date') }} + 1
union all
-- no cost is spread wrongly where there is none
select
    'no cost to check' as cost_id,
    null as cost_minor,
    null as spread_minor
where (select count(*) from costs) = 0 and (
    select count(*) from {{ ref('int_costs_gathered') }}
    where parked_reason is null
) > 0
