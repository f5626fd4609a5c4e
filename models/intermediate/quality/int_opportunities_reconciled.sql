{%- set models = attribution_models() -%}
-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
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

opportunities_reconciled as (
    select
        coalesce(scoped.opportunity_id, credits.opportunity_id) as opportunity_id,
        coalesce(scoped.attribution_scope, credits.attribution_scope) as attribution_scope,
        scoped.scope_date,
        prepared.exclusion_reason,
        case when scoped.opportunity_id is not null then 1 else 0 end as crm_count,
        case when credits.touch_count > 0 then 1 else 0 end as attributed_count,
        coalesce(credits.unattributed_count, 0) as unattributed_count,
        case when scoped.opportunity_id is not null and prepared.exclusion_reason is not null then 1 else 0 end
            as excluded_count,
        coalesce(scoped.amount_minor, 0) as crm_minor,
        {%- for model in models %}
        coalesce(credits.{{ model.name }}_minor, 0) as {{ model.name }}_minor,
        {%- endfor %}
        coalesce(credits.unattributed_minor, 0) as unattributed_minor,
        case
            when scoped.opportunity_id is not null and prepared.exclusion_reason is not null
                then coalesce(prepared.amount_minor, 0)
            else 0
        end as excluded_minor
    from scoped
    full outer join credits
        on
            scoped.opportunity_id = credits.opportunity_id
            and scoped.attribution_scope = credits.attribution_scope
    left join prepared on coalesce(scoped.opportunity_id, credits.opportunity_id) = prepared.opportunity_id
)

select * from opportunities_reconciled
