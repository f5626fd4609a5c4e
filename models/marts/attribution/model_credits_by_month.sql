{%- set models = attribution_models() -%}
-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
with weighed as (
    select * from {{ ref('int_touches_weighed_by_model') }}
),

unattributed as (
    select * from {{ ref('int_opportunities_left_unattributed') }}
),

touches as (
    select
        touch_id,
        channel,
        channel_owner
    from {{ ref('int_touches_unioned') }}
),

opportunities as (
    select
        opportunity_id,
        {{ month_start('created_date') }} as created_month,
        {{ month_start('closed_date') }} as closed_month
    from {{ ref('int_opportunities_prepared') }}
),

added_up as (
    -- the wide table is added up once; what is left is small enough to be turned long
    select
        weighed.attribution_scope,
        touches.channel,
        touches.channel_owner,
        case weighed.attribution_scope
            when 'pipeline' then opportunities.created_month else opportunities.closed_month
        end as month_start_date,
        {%- for model in models %}
        sum(weighed.{{ model.name }}_ppb) as {{ model.name }}_ppb,
        sum(weighed.{{ model.name }}_minor) as {{ model.name }}_minor,
        {%- endfor %}
        count(*) as touch_count
    from weighed
    inner join touches on weighed.touch_id = touches.touch_id
    inner join opportunities on weighed.opportunity_id = opportunities.opportunity_id
    group by all
    union all
    select
        unattributed.attribution_scope,
        'no touch' as channel,
        null as channel_owner,
        case unattributed.attribution_scope
            when 'pipeline' then opportunities.created_month else opportunities.closed_month
        end as month_start_date,
        {%- for model in models %}
        count(*) * 1000000000 as {{ model.name }}_ppb,
        sum(unattributed.amount_minor) as {{ model.name }}_minor,
        {%- endfor %}
        0 as touch_count
    from unattributed
    inner join opportunities on unattributed.opportunity_id = opportunities.opportunity_id
    group by all
),

lengthened as (
    {%- for model in models %}
    select
        month_start_date,
        '{{ model.name }}' as attribution_model,
        attribution_scope,
        channel,
        channel_owner,
        touch_count,
        {{ model.name }}_ppb as credit_ppb,
        {{ model.name }}_minor as credit_minor
    from added_up
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

model_credits_by_month as (
    select
        month_start_date,
        {{ quarter_start('month_start_date') }} as quarter_start_date,
        {{ year_start('month_start_date') }} as year_start_date,
        attribution_model,
        attribution_scope,
        channel,
        channel_owner,
        {{ reporting_currency() }} as currency_code,
        cast(touch_count as bigint) as touch_count,
        {{ share_of_whole('credit_ppb') }} as credited_deal_count,
        {{ money('credit_minor') }} as credited_amount
    from lengthened
)

select * from model_credits_by_month
