-- Month by month: the cost in the marts is the cost that counts, no more and no less; and if there is any cost that
-- counts, the marts have rows to show it.
with months_in_marts as (
    select
        month_start_date,
        sum(cost_amount) as cost_amount,
        sum(ad_spend_amount) as ad_spend_amount
    from {{ ref('campaign_results_by_month') }}
    group by month_start_date
),

months_spread as (
    select
        month_start_date,
        {{ money('sum(cost_minor)') }} as cost_amount,
        {{ money("sum(case when cost_source = 'ad_platform' then cost_minor else 0 end)") }} as ad_spend_amount
    from {{ ref('int_costs_spread_by_day') }}
    where cost_status = 'used'
    group by month_start_date
)

select
    coalesce(months_in_marts.month_start_date, months_spread.month_start_date) as month_start_date,
    months_in_marts.cost_amount,
    months_spread.cost_amount as spread_amount
from months_in_marts
full outer join months_spread on months_in_marts.month_start_date = months_spread.month_start_date
where
    coalesce(months_in_marts.cost_amount, 0) <> coalesce(months_spread.cost_amount, 0)
    or coalesce(months_in_marts.ad_spend_amount, 0) <> coalesce(months_spread.ad_spend_amount, 0)
union all
-- no days and no results agree about nothing
select
    null as month_start_date,
    null as cost_amount,
    null as spread_amount
where (select count(*) from months_spread) = 0 and (
    select count(*) from {{ ref('int_costs_ranked') }}
    where cost_status = 'used'
) > 0
