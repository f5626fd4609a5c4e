-- Money spent, touches old enough to judge, and not one deal they had a part in.
select
    campaign_id,
    campaign_name,
    campaign_type,
    min(month_start_date) as first_month_start_date,
    sum(cost_amount) as cost_amount,
    sum(touch_count) as touch_count,
    sum(cohort_mql_count) as mql_count
from {{ ref('campaign_results_by_month') }}
where campaign_id is not null
group by campaign_id, campaign_name, campaign_type
having
    sum(cost_amount) > 0
    and sum(cohort_credited_deal_count) = 0
    and min(cohort_maturity_share) >= 0.5
order by cost_amount desc, campaign_id asc
