with opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
    where exclusion_reason is null
),

placed as (
    select * from {{ ref('int_touches_placed_on_opportunities') }}
    where is_known
),

touches as (
    select * from {{ ref('int_touches_unioned') }}
    where channel_owner = 'marketing' and person_id is not null
),

answers as (
    {%- for scope, condition in [('pipeline', 'placed.is_before_creation'), ('revenue', 'placed.is_before_close')] %}
    select
        placed.opportunity_id,
        '{{ scope }}' as attribution_scope,
        touches.channel,
        touches.campaign_id,
        touches.touch_date
    from placed
    inner join touches on placed.touch_id = touches.touch_id
    where {{ condition }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

counted as (
    select
        opportunity_id,
        attribution_scope,
        channel,
        campaign_id,
        min(touch_date) as first_response_date,
        count(*) as response_count
    from answers
    group by opportunity_id, attribution_scope, channel, campaign_id
),

influenced_opportunities as (
    select
        counted.opportunity_id,
        opportunities.account_id,
        counted.attribution_scope,
        counted.channel,
        counted.campaign_id,
        counted.first_response_date,
        opportunities.created_date,
        opportunities.closed_date,
        opportunities.business_kind,
        {{ reporting_currency() }} as currency_code,
        row_number() over (
            partition by counted.opportunity_id, counted.attribution_scope, counted.channel
            order by counted.first_response_date, counted.campaign_id nulls last
        ) = 1 as is_first_of_channel,
        row_number() over (
            partition by counted.opportunity_id, counted.attribution_scope, counted.campaign_id
            order by counted.first_response_date, counted.channel
        ) = 1 as is_first_of_campaign,
        counted.response_count,
        {{ money('opportunities.amount_minor') }} as opportunity_amount
    from counted
    inner join opportunities on counted.opportunity_id = opportunities.opportunity_id
    where counted.attribution_scope = 'pipeline' or opportunities.is_won
)

select * from influenced_opportunities
