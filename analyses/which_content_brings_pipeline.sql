{%- set content -%}
    case
        when content_name is not null or offer_name is not null then coalesce(content_name, offer_name)
        when touch_id is null then '(no touch)'
        when touch_kind = 'activity' then '(sales activity: ' || sub_channel || ')'
        else '(no content named)'
    end
{%- endset -%}
-- Landing pages and offers by the pipeline and revenue they took part in, by the agreed models. What sales did has no
-- content and stands beside them by its kind.
select
    {{ content }} as content_name,
    count(distinct touch_id) as touch_count,
    count(distinct opportunity_id) as deal_count,
    sum(credited_pipeline_amount) as credited_pipeline_amount,
    sum(credited_revenue_amount) as credited_revenue_amount
from {{ ref('touch_credits') }}
group by {{ content }}
order by credited_pipeline_amount desc, content_name asc
