-- One line per channel and year of the touch: cost, people, pipeline and revenue, and what one unit of cost brought.
select
    year_start_date,
    channel,
    channel_owner,
    sum(cost_amount) as cost_amount,
    sum(response_count) as response_count,
    sum(cohort_mql_count) as mql_count,
    sum(cohort_sourced_deal_count) as sourced_deal_count,
    sum(cohort_credited_pipeline_amount) as credited_pipeline_amount,
    sum(cohort_credited_revenue_amount) as credited_revenue_amount,
    round(sum(cost_amount) / nullif(sum(cohort_mql_count), 0), 2) as cost_per_mql_amount,
    round(sum(cohort_credited_pipeline_amount) / nullif(sum(cost_amount), 0), 2) as pipeline_multiple,
    round(sum(cohort_credited_revenue_amount) / nullif(sum(cost_amount), 0), 2) as return_multiple,
    min(cohort_maturity_share) as least_maturity_share
from {{ ref('channel_results_by_month') }}
group by year_start_date, channel, channel_owner
order by year_start_date asc, max(case when channel = 'no touch' then 1 else 0 end) asc, credited_revenue_amount desc, channel asc
