{%- set sourcing = agreed_model('sourcing') -%}
{%- set pipeline = agreed_model('pipeline') -%}
{%- set revenue = agreed_model('revenue') -%}
-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
with weighed as (
    select * from {{ ref('int_touches_weighed_by_model') }}
),

unattributed as (
    select * from {{ ref('int_opportunities_left_unattributed') }}
),

touches as (
    select * from {{ ref('int_touches_unioned') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
),

agreed as (
    select
        opportunity_id,
        touch_id,
        attribution_scope,
        {{ sourcing }}_ppb as sourced_ppb,
        {{ sourcing }}_minor as sourced_minor,
        {{ pipeline }}_ppb as pipeline_ppb,
        {{ pipeline }}_minor as pipeline_minor,
        {{ revenue }}_ppb as revenue_ppb,
        {{ revenue }}_minor as revenue_minor
    from weighed
    union all
    -- a deal without a touch keeps its amount, in a row without a touch
    select
        opportunity_id,
        null as touch_id,
        attribution_scope,
        1000000000 as sourced_ppb,
        amount_minor as sourced_minor,
        1000000000 as pipeline_ppb,
        amount_minor as pipeline_minor,
        1000000000 as revenue_ppb,
        amount_minor as revenue_minor
    from unattributed
),

added_up as (
    select
        opportunity_id,
        touch_id,
        sum(case when attribution_scope = 'pipeline' then sourced_ppb else 0 end) as sourced_ppb,
        sum(case when attribution_scope = 'pipeline' then pipeline_ppb else 0 end) as pipeline_ppb,
        sum(case when attribution_scope = 'revenue' then revenue_ppb else 0 end) as revenue_ppb,
        sum(case when attribution_scope = 'pipeline' then sourced_minor else 0 end) as sourced_minor,
        sum(case when attribution_scope = 'pipeline' then pipeline_minor else 0 end) as pipeline_minor,
        sum(case when attribution_scope = 'revenue' then revenue_minor else 0 end) as revenue_minor
    from agreed
    group by opportunity_id, touch_id
),

touch_credits as (
    select
        added_up.opportunity_id,
        added_up.touch_id,
        opportunities.account_id,
        touches.person_id,
        touches.campaign_id,
        touches.touch_date,
        opportunities.created_date,
        {{ quarter_start('opportunities.created_date') }} as created_quarter_start_date,
        opportunities.closed_date,
        {{ quarter_start('opportunities.closed_date') }} as closed_quarter_start_date,
        opportunities.business_kind,
        touches.touch_kind,
        coalesce(touches.channel, 'no touch') as channel,
        coalesce(touches.sub_channel, 'no touch') as sub_channel,
        touches.channel_owner,
        touches.content_name,
        touches.offer_name,
        {{ reporting_currency() }} as currency_code,
        opportunities.is_won,
        {{ share_of_whole('added_up.sourced_ppb') }} as sourced_deal_share,
        {{ share_of_whole('added_up.pipeline_ppb') }} as credited_deal_share,
        {{ share_of_whole('added_up.revenue_ppb') }} as credited_win_share,
        {{ money('added_up.sourced_minor') }} as sourced_pipeline_amount,
        {{ money('added_up.pipeline_minor') }} as credited_pipeline_amount,
        {{ money('added_up.revenue_minor') }} as credited_revenue_amount
    from added_up
    inner join opportunities on added_up.opportunity_id = opportunities.opportunity_id
    left join touches on added_up.touch_id = touches.touch_id
)

-- The largest public table, in the order of its usual filters: a period is a few stretches of it, an account one
-- stretch a month. Of the orders that the bench compares this one reads least.
select * from touch_credits
order by {{ month_start('created_date') }}, account_id, opportunity_id
