-- Two kinds: money spent and not one deal they had a part in; and touches at no cost and not one deal.
-- Cut-offs: judged only when every month of a campaign is half mature (0.5: half of what such touches ever earn has
-- come by then, so that nothing at all means something); no least cost and no least count of touches, because the
-- order puts the dear ones and the busy ones first.
select
    case when sum(cost_amount) > 0 then 'costs and brings nothing' else 'is touched and brings nothing' end as kind,
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
    (sum(cost_amount) > 0 or sum(touch_count) > 0)
    and sum(cohort_credited_deal_count) = 0
    and sum(cohort_credited_win_count) = 0
    and min(cohort_maturity_share) >= 0.5
order by kind asc, cost_amount desc, touch_count desc, campaign_id asc
