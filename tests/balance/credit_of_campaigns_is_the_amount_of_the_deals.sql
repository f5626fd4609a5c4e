-- Month by month of creation and of close, pipeline and revenue of all campaigns, with the untouched deals, are the
-- deals that take part; by touch cohort the same money stands in other months.
with deals as (
    select
        'pipeline' as credited,
        {{ month_start('created_date') }} as month_start_date,
        {{ money('sum(amount_minor)') }} as deal_amount,
        count(*) as deal_count
    from {{ ref('int_opportunities_prepared') }}
    where exclusion_reason is null
    group by {{ month_start('created_date') }}
    union all
    select
        'revenue' as credited,
        {{ month_start('closed_date') }} as month_start_date,
        {{ money('sum(amount_minor)') }} as deal_amount,
        count(*) as deal_count
    from {{ ref('int_opportunities_prepared') }}
    where exclusion_reason is null and is_won
    group by {{ month_start('closed_date') }}
),

credit as (
    {%- for credited, thing in [('pipeline', 'deal'), ('revenue', 'win')] %}
    select
        '{{ credited }}' as credited,
        month_start_date,
        sum(period_credited_{{ credited }}_amount) as credited_amount,
        sum(period_credited_{{ thing }}_count) as credited_deals,
        sum(period_sourced_{{ thing }}_count) as sourced_count
    from {{ ref('campaign_results_by_month') }}
    group by month_start_date
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

totals as (
    select
        sum(cohort_credited_pipeline_amount) - sum(period_credited_pipeline_amount) as pipeline_difference,
        sum(cohort_credited_revenue_amount) - sum(period_credited_revenue_amount) as revenue_difference
    from {{ ref('campaign_results_by_month') }}
)

select
    coalesce(deals.credited, credit.credited) as credited,
    coalesce(deals.month_start_date, credit.month_start_date) as month_start_date,
    deals.deal_amount,
    credit.credited_amount
from deals
full outer join credit
    on
        deals.credited = credit.credited
        and deals.month_start_date is not distinct from credit.month_start_date
where
    coalesce(deals.deal_amount, 0) <> coalesce(credit.credited_amount, 0)
    or coalesce(deals.deal_count, 0) <> coalesce(credit.credited_deals, 0)
    or coalesce(deals.deal_count, 0) <> coalesce(credit.sourced_count, 0)
union all
select
    'cohort against period' as credited,
    null as month_start_date,
    pipeline_difference as deal_amount,
    revenue_difference as credited_amount
from totals
where pipeline_difference <> 0 or revenue_difference <> 0
union all
-- no deals and no credit agree about nothing
select
    'no deal to check' as credited,
    null as month_start_date,
    null as deal_amount,
    null as credited_amount
where (select count(*) from {{ ref('int_opportunities_prepared') }}) = 0 and (select count(*) from {{ ref('stg_crm__opportunities') }}) > 0
