-- Credited revenue per unit of cost by program, on touches old enough that nine tenths of their revenue has come.
-- Sums first, ratio last.
select
    program_name,
    count(distinct campaign_id) as campaign_count,
    sum(cost_amount) as cost_amount,
    sum(response_count) as response_count,
    sum(cohort_mql_count) as mql_count,
    sum(cohort_credited_pipeline_amount) as credited_pipeline_amount,
    sum(cohort_credited_revenue_amount) as credited_revenue_amount,
    round(sum(cohort_credited_revenue_amount) / nullif(sum(cost_amount), 0), 2) as return_multiple
from {{ ref('campaign_results_by_month') }}
where
    campaign_id is not null
    and cohort_maturity_share >= 0.9
group by program_name
order by return_multiple desc nulls last, program_name asc
