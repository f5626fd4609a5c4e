-- The public tables of credit, each summed by itself, against what was reconciled with the CRM: month by month, and
-- with the deals that nobody touched.
with reconciled as (
    select
        attribution_scope,
        attribution_model,
        month_start_date,
        sum(deal_amount) as deal_amount,
        sum(deal_count) as deal_count
    from {{ ref('crm_reconciliation_by_month') }}
    where line_item in ('attributed', 'unattributed')
    group by attribution_scope, attribution_model, month_start_date
),

agreed as (
    select
        attribution_model,
        agreed_for
    from {{ ref('attribution_models') }}
    where agreed_for in ('pipeline', 'revenue')
),

expected as (
    select
        agreed.agreed_for as attribution_scope,
        reconciled.month_start_date,
        reconciled.deal_amount,
        reconciled.deal_count
    from reconciled
    inner join agreed
        on
            reconciled.attribution_scope = agreed.agreed_for
            and reconciled.attribution_model = agreed.attribution_model
    where reconciled.deal_count > 0
),

found as (
    select
        'attribution.touch_credits' as mart,
        'pipeline' as attribution_scope,
        {{ month_start('created_date') }} as month_start_date,
        sum(credited_pipeline_amount) as deal_amount,
        sum(credited_deal_share) as deal_count
    from {{ ref('touch_credits') }}
    group by {{ month_start('created_date') }}
    union all
    select
        'attribution.touch_credits' as mart,
        'revenue' as attribution_scope,
        {{ month_start('closed_date') }} as month_start_date,
        sum(credited_revenue_amount) as deal_amount,
        sum(credited_win_share) as deal_count
    from {{ ref('touch_credits') }}
    where is_won
    group by {{ month_start('closed_date') }}
    {%- for mart in ['campaign_results_by_month', 'channel_results_by_month'] %}
    union all
    select
        'campaigns.{{ mart }}' as mart,
        'pipeline' as attribution_scope,
        month_start_date,
        sum(period_credited_pipeline_amount) as deal_amount,
        sum(period_credited_deal_count) as deal_count
    from {{ ref(mart) }}
    group by month_start_date
    union all
    select
        'campaigns.{{ mart }}' as mart,
        'revenue' as attribution_scope,
        month_start_date,
        sum(period_credited_revenue_amount) as deal_amount,
        sum(period_credited_win_count) as deal_count
    from {{ ref(mart) }}
    group by month_start_date
    {%- endfor %}
),

found_somewhere as (
    select * from found
    where deal_count <> 0 or deal_amount <> 0
),

marts as (
    select 'attribution.touch_credits' as mart
    union all
    select 'campaigns.campaign_results_by_month' as mart
    union all
    select 'campaigns.channel_results_by_month' as mart
),

asked as (
    select
        marts.mart,
        expected.*
    from expected
    cross join marts
)

select
    coalesce(asked.mart, found_somewhere.mart) as mart,
    coalesce(asked.attribution_scope, found_somewhere.attribution_scope) as attribution_scope,
    coalesce(asked.month_start_date, found_somewhere.month_start_date) as month_start_date,
    asked.deal_amount as reconciled_amount,
    found_somewhere.deal_amount as found_amount
from asked
full outer join found_somewhere
    on
        asked.mart = found_somewhere.mart
        and asked.attribution_scope = found_somewhere.attribution_scope
        and asked.month_start_date is not distinct from found_somewhere.month_start_date
where
    coalesce(asked.deal_amount, 0) <> coalesce(found_somewhere.deal_amount, 0)
    or coalesce(asked.deal_count, 0) <> coalesce(found_somewhere.deal_count, 0)
