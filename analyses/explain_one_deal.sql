{#-
    Every hop of one deal, from the CRM's row and the raw touches to the cents they earned.

        touchstone query explain_one_deal --rows 500
        touchstone query explain_one_deal --rows 500 --vars '{explain_opportunity_id: 0065f0000K...}'

    Without the var: the largest deal won that takes part in attribution. `dbt show` cuts texts and shows six columns of
    the seven; with `--output json` it gives them whole.
-#}
with opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
),

stated as (
    select * from {{ ref('stg_crm__opportunities') }}
),

valued as (
    select * from {{ ref('int_opportunities_valued') }}
),

touches as (
    select * from {{ ref('int_touches_unioned') }}
),

placed as (
    select * from {{ ref('int_touches_placed_on_opportunities') }}
),

journeys as (
    select * from {{ ref('int_journeys_measured') }}
),

weighed as (
    select * from {{ ref('int_touches_weighed_by_model') }}
),

campaigns as (
    select * from {{ ref('campaigns') }}
),

chosen as (
    select opportunities.*
    from opportunities
    {% if var('explain_opportunity_id', '') -%}
    where opportunities.opportunity_id = '{{ var("explain_opportunity_id") }}'
    {%- else -%}
    where opportunities.is_won and opportunities.exclusion_reason is null
    qualify row_number() over (order by opportunities.amount_minor desc, opportunities.opportunity_id asc) = 1
    {%- endif %}
),

purposes as (
    {%- for scope, purpose in [('pipeline', 'sourcing'), ('pipeline', 'pipeline'), ('revenue', 'revenue')] %}
    select
        '{{ scope }}' as attribution_scope,
        {{ loop.index }} as purpose_rank,
        '{{ purpose }}: {{ agreed_model(purpose) }}' as purpose,
        weighed.opportunity_id,
        weighed.touch_id,
        weighed.position as place,
        weighed.{{ agreed_model(purpose) }}_ppb as credit_ppb,
        weighed.{{ agreed_model(purpose) }}_minor as credit_minor
    from weighed
    inner join chosen on weighed.opportunity_id = chosen.opportunity_id
    where weighed.attribution_scope = '{{ scope }}'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

steps as (
    select
        1 as step,
        0 as place,
        'stated by the CRM' as hop,
        chosen.opportunity_id as subject,
        cast(stated.created_at as varchar) as happened_at,
        'stage ' || coalesce(stated.stage_name, '?') || ', close date ' || coalesce(cast(stated.close_date as varchar), '?')
        || ', in ' || coalesce(stated.currency_code, 'no currency') as detail,
        cast(null as decimal(18, 9)) as credit_share,
        cast(stated.amount as {{ money_type() }}) as amount
    from chosen
    inner join stated on chosen.opportunity_id = stated.opportunity_id
    union all
    select
        1 as step,
        1 as place,
        'converted' as hop,
        valued.opportunity_id as subject,
        cast(valued.rate_date as varchar) as happened_at,
        'amount by ' || valued.amount_basis || ', from ' || coalesce(valued.currency_code, 'no currency') || ' at '
        || coalesce(
            cast(cast(
                cast(valued.to_rate_billionths as double) / nullif(valued.from_rate_billionths, 0) as decimal(18, 6)
            ) as varchar) || ' ' || {{ reporting_currency() }} || ' for one',
            'no known rate'
        )
        || coalesce('; ' || valued.amount_problem, '') as detail,
        null as credit_share,
        {{ money('valued.amount_minor') }} as amount
    from chosen
    inner join valued on chosen.opportunity_id = valued.opportunity_id
    union all
    select
        2 as step,
        0 as place,
        'deal prepared' as hop,
        opportunity_id as subject,
        cast(created_at as varchar) as happened_at,
        business_kind || ', touches count from ' || cast(journey_starts_date as varchar) || ' to its creation on '
        || cast(created_date as varchar) || coalesce(' and its close on ' || cast(closed_date as varchar), '')
        || coalesce('; excluded: ' || exclusion_reason, '') || '; in ' || {{ reporting_currency() }} as detail,
        null as credit_share,
        {{ money('amount_minor') }} as amount
    from chosen
    union all
    select
        3 as step,
        placed.position as place,
        'touch ' || cast(placed.position as varchar) as hop,
        placed.touch_id as subject,
        cast(touches.touch_at as varchar) as happened_at,
        touches.touch_kind || ' of ' || coalesce(touches.person_id, 'nobody known') || ' via ' || touches.channel
        || coalesce(', campaign ' || campaigns.campaign_name, '') || coalesce(', ' || touches.content_name, '')
        || case when placed.is_before_creation then '' else '; after the creation, counts for revenue only' end
            as detail,
        null as credit_share,
        null as amount
    from chosen
    inner join placed on chosen.opportunity_id = placed.opportunity_id
    inner join touches on placed.touch_id = touches.touch_id
    left join campaigns on touches.campaign_id = campaigns.campaign_id
    union all
    select
        4 as step,
        case journeys.attribution_scope when 'pipeline' then 1 else 2 end as place,
        'milestones, ' || journeys.attribution_scope as hop,
        journeys.opportunity_id as subject,
        null as happened_at,
        'first touch is touch 1'
        {%- for milestone, column in [
            ('lead creation', 'lead_creation_position'),
            ('deal creation', 'opportunity_creation_position'),
            ('close', 'closed_won_position'),
        ] %}
        || ', {{ milestone }} ' || case
            when journeys.{{ column }} > 0 then 'is touch ' || cast(journeys.{{ column }} as varchar)
            else 'is none'
        end
        {%- endfor %}
        || '; of '
        || cast(journeys.touch_count as varchar) || ' touches' as detail,
        null as credit_share,
        null as amount
    from chosen
    inner join journeys on chosen.opportunity_id = journeys.opportunity_id
    union all
    select
        4 + purposes.purpose_rank as step,
        purposes.place,
        purposes.purpose as hop,
        purposes.touch_id as subject,
        null as happened_at,
        'touch ' || cast(purposes.place as varchar) || ', ' || touches.channel
        || coalesce(', campaign ' || campaigns.campaign_name, '') as detail,
        {{ share_of_whole('purposes.credit_ppb') }} as credit_share,
        {{ money('purposes.credit_minor') }} as amount
    from purposes
    inner join touches on purposes.touch_id = touches.touch_id
    left join campaigns on touches.campaign_id = campaigns.campaign_id
    where purposes.credit_ppb > 0
    union all
    select
        4 + purpose_rank as step,
        1000000 as place,
        purpose || ', total' as hop,
        opportunity_id as subject,
        null as happened_at,
        'adds up to the deal of step 2' as detail,
        {{ share_of_whole('sum(credit_ppb)') }} as credit_share,
        {{ money('sum(credit_minor)') }} as amount
    from purposes
    group by purpose_rank, purpose, opportunity_id
)

select
    step,
    hop,
    subject,
    happened_at,
    detail,
    credit_share,
    amount
from steps
order by step asc, place asc
