-- Every additive column, month by month: a touch that loses its campaign or its channel is still counted in each mart.
{%- set columns = [
    'cost_amount', 'ad_spend_amount', 'touch_count', 'response_count', 'cohort_mql_count', 'period_mql_count',
    'cohort_sal_count', 'period_sal_count', 'cohort_sql_count', 'period_sql_count',
    'cohort_sourced_deal_count', 'period_sourced_deal_count', 'cohort_sourced_win_count', 'period_sourced_win_count',
    'cohort_credited_deal_count', 'period_credited_deal_count', 'cohort_credited_win_count', 'period_credited_win_count',
    'cohort_credited_pipeline_amount', 'period_credited_pipeline_amount', 'cohort_credited_revenue_amount',
    'period_credited_revenue_amount',
] %}
with campaign_months as (
    select
        {% for column in columns -%}
        sum({{ column }}) as {{ column }},
        {% endfor -%}
        coalesce(month_start_date, date '0001-01-01') as month_start_date
    from {{ ref('campaign_results_by_month') }}
    group by month_start_date
),

channel_months as (
    select
        {% for column in columns -%}
        sum({{ column }}) as {{ column }},
        {% endfor -%}
        coalesce(month_start_date, date '0001-01-01') as month_start_date
    from {{ ref('channel_results_by_month') }}
    group by month_start_date
),

months as (
    select
        {% for column in columns -%}
        sum({{ column }}) as {{ column }},
        {% endfor -%}
        coalesce(month_start_date, date '0001-01-01') as month_start_date
    from {{ ref('results_by_month') }}
    group by month_start_date
)

select coalesce(campaign_months.month_start_date, channel_months.month_start_date) as month_start_date
from campaign_months
full outer join channel_months on campaign_months.month_start_date = channel_months.month_start_date
left join months on channel_months.month_start_date = months.month_start_date
where
    channel_months.month_start_date is null
    {%- for column in columns %}
    or coalesce(campaign_months.{{ column }}, 0) <> coalesce(channel_months.{{ column }}, 0)
    or coalesce(months.{{ column }}, 0) <> coalesce(channel_months.{{ column }}, 0)
    {%- endfor %}
union all
-- two empty marts agree about nothing
select date '0001-01-01' as month_start_date
where (select count(*) from campaign_months) = 0 and (select count(*) from {{ ref('int_results_gathered_by_month') }}) > 0
