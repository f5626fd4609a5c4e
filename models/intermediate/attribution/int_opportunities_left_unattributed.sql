with opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
    where exclusion_reason is null
),

journeys as (
    select
        opportunity_id,
        attribution_scope
    from {{ ref('int_journeys_measured') }}
),

scoped as (
    select
        opportunity_id,
        'pipeline' as attribution_scope,
        amount_minor
    from opportunities
    union all
    select
        opportunity_id,
        'revenue' as attribution_scope,
        amount_minor
    from opportunities
    where is_won
),

unattributed as (
    select
        scoped.opportunity_id,
        scoped.attribution_scope,
        scoped.amount_minor
    from scoped
    left join journeys
        on
            scoped.opportunity_id = journeys.opportunity_id
            and scoped.attribution_scope = journeys.attribution_scope
    where journeys.opportunity_id is null
)

select * from unattributed
