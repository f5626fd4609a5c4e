{%- set models = attribution_models() -%}
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

lengthened as (
    {%- for model in models %}
    select
        opportunity_id,
        touch_id,
        '{{ model.name }}' as attribution_model,
        attribution_scope,
        position,
        {{ model.name }}_ppb as credit_ppb,
        {{ model.name }}_minor as credit_minor
    from weighed
    union all
    select
        opportunity_id,
        null as touch_id,
        '{{ model.name }}' as attribution_model,
        attribution_scope,
        null as position,
        1000000000 as credit_ppb,
        amount_minor as credit_minor
    from unattributed
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

touch_credits_by_model as (
    select
        lengthened.opportunity_id,
        lengthened.touch_id,
        lengthened.attribution_model,
        lengthened.attribution_scope,
        opportunities.account_id,
        touches.person_id,
        touches.campaign_id,
        touches.touch_date,
        opportunities.created_date,
        opportunities.closed_date,
        touches.touch_kind,
        coalesce(touches.channel, 'no touch') as channel,
        coalesce(touches.sub_channel, 'no touch') as sub_channel,
        touches.channel_owner,
        {{ reporting_currency() }} as currency_code,
        cast(lengthened.position as integer) as touch_position,
        {{ share_of_whole('lengthened.credit_ppb') }} as credited_deal_share,
        {{ money('lengthened.credit_minor') }} as credited_amount
    from lengthened
    inner join opportunities on lengthened.opportunity_id = opportunities.opportunity_id
    left join touches on lengthened.touch_id = touches.touch_id
)

select * from touch_credits_by_model
