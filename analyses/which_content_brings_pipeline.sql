-- Landing pages and offers by the pipeline and revenue they took part in, by the agreed models.
select
    coalesce(content_name, offer_name, '(no content)') as content_name,
    count(distinct touch_id) as touch_count,
    count(distinct opportunity_id) as deal_count,
    sum(credited_pipeline_amount) as credited_pipeline_amount,
    sum(credited_revenue_amount) as credited_revenue_amount
from {{ ref('touch_credits') }}
group by coalesce(content_name, offer_name, '(no content)')
order by credited_pipeline_amount desc, content_name asc
