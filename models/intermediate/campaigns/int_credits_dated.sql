-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
with weighed as (
    select
        opportunity_id,
        attribution_scope,
        touch_id,
        case attribution_scope
            when 'pipeline' then {{ agreed_model('pipeline') }}_ppb
            else {{ agreed_model('revenue') }}_ppb
        end as credit_ppb,
        case attribution_scope
            when 'pipeline' then {{ agreed_model('pipeline') }}_minor
            else {{ agreed_model('revenue') }}_minor
        end as credit_minor,
        row_number() over (
            partition by opportunity_id, attribution_scope
            order by {{ agreed_model('sourcing') }}_ppb desc, position asc
        ) = 1 as is_source
    from {{ ref('int_touches_weighed_by_model') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
    where exclusion_reason is null
),

touches as (
    select * from {{ ref('int_touches_unioned') }}
),

scoped as (
    select
        opportunity_id,
        'pipeline' as attribution_scope,
        created_date,
        created_date as period_date,
        amount_minor
    from opportunities
    union all
    select
        opportunity_id,
        'revenue' as attribution_scope,
        created_date,
        closed_date as period_date,
        amount_minor
    from opportunities
    where is_won
),

credits_dated as (  -- a deal that nobody touched keeps its credit, on no touch, in the month it was created
    select
        scoped.opportunity_id,
        weighed.touch_id,
        touches.campaign_id,
        case when weighed.touch_id is null then 'no touch' else touches.channel end as channel,
        scoped.attribution_scope,
        case when weighed.touch_id is null then scoped.created_date else touches.touch_date end as touch_date,
        scoped.period_date,
        coalesce(weighed.is_source, true) as is_source,
        coalesce(weighed.credit_ppb, 1000000000) as credit_ppb,
        case when weighed.touch_id is null then scoped.amount_minor else weighed.credit_minor end as credit_minor
    from scoped
    left join weighed
        on
            scoped.opportunity_id = weighed.opportunity_id
            and scoped.attribution_scope = weighed.attribution_scope
    left join touches on weighed.touch_id = touches.touch_id
)

select * from credits_dated
