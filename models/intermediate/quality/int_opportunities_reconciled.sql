-- Deal by deal, because two faults can hide each other in a sum.
with opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
),

amounts_recounted as (
    select * from {{ ref('int_amounts_recounted') }}
    where amount_kind = 'deal'
),

dated as (
    select * from {{ ref('int_opportunities_dated_by_stage') }}
),

prepared as (
    select * from {{ ref('int_opportunities_prepared') }}
),

attribution_models as (
    select * from {{ ref('attribution_models') }}
),

credits as (
    select * from {{ ref('int_credits_summed_by_opportunity') }}
),

counted as (
    select
        opportunities.opportunity_id,
        coalesce(dated.created_date, {{ local_date('opportunities.created_at') }}) as created_date,
        coalesce(dated.closed_date, opportunities.close_date) as closed_date,
        coalesce(dated.is_won, opportunities.is_won) as is_won,
        coalesce(amounts_recounted.amount_minor, 0) as amount_minor
    from opportunities
    left join amounts_recounted on opportunities.opportunity_id = amounts_recounted.amount_id
    left join dated on opportunities.opportunity_id = dated.opportunity_id
),

scoped as (
    select
        opportunity_id,
        'pipeline' as attribution_scope,
        created_date as scope_date,
        amount_minor
    from counted
    union all
    select
        opportunity_id,
        'revenue' as attribution_scope,
        closed_date as scope_date,
        amount_minor
    from counted
    where is_won
),

asked as (
    select
        scoped.*,
        attribution_models.attribution_model
    from scoped
    cross join attribution_models
),

opportunities_reconciled as (
    select
        coalesce(asked.opportunity_id, credits.opportunity_id) as opportunity_id,
        coalesce(asked.attribution_scope, credits.attribution_scope) as attribution_scope,
        coalesce(asked.attribution_model, credits.attribution_model) as attribution_model,
        asked.scope_date,
        prepared.exclusion_reason,
        case when asked.opportunity_id is not null then 1 else 0 end as crm_count,
        case when credits.touch_count > 0 then 1 else 0 end as attributed_count,
        coalesce(credits.unattributed_count, 0) as unattributed_count,
        case when asked.opportunity_id is not null and prepared.exclusion_reason is not null then 1 else 0 end
            as excluded_count,
        coalesce(asked.amount_minor, 0) as crm_minor,
        coalesce(credits.attributed_minor, 0) as attributed_minor,
        coalesce(credits.unattributed_minor, 0) as unattributed_minor,
        case
            when asked.opportunity_id is not null and prepared.exclusion_reason is not null
                then coalesce(prepared.amount_minor, 0)
            else 0
        end as excluded_minor
    from asked
    full outer join credits
        on
            asked.opportunity_id = credits.opportunity_id
            and asked.attribution_scope = credits.attribution_scope
            and asked.attribution_model = credits.attribution_model
    left join prepared on coalesce(asked.opportunity_id, credits.opportunity_id) = prepared.opportunity_id
)

select * from opportunities_reconciled
