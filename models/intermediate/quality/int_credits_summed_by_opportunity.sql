{#- Wide by model, as the credit itself: one row per model would be fourteen times the rows. -#}
{%- set models = attribution_models() -%}
-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
with weighed as (
    select * from {{ ref('int_touches_weighed_by_model') }}
),

unattributed as (
    select * from {{ ref('int_opportunities_left_unattributed') }}
),

summed as (
    select
        opportunity_id,
        attribution_scope,
        {%- for model in models %}
        cast(sum({{ model.name }}_minor) as bigint) as {{ model.name }}_minor,
        {%- endfor %}
        count(*) as touch_count
    from weighed
    group by opportunity_id, attribution_scope
),

left_over as (
    select
        opportunity_id,
        attribution_scope,
        count(*) as unattributed_count,
        cast(sum(amount_minor) as bigint) as unattributed_minor
    from unattributed
    group by opportunity_id, attribution_scope
),

credits_summed_by_opportunity as (
    select
        coalesce(summed.opportunity_id, left_over.opportunity_id) as opportunity_id,
        coalesce(summed.attribution_scope, left_over.attribution_scope) as attribution_scope,
        coalesce(summed.touch_count, 0) as touch_count,
        coalesce(left_over.unattributed_count, 0) as unattributed_count,
        {%- for model in models %}
        coalesce(summed.{{ model.name }}_minor, 0) as {{ model.name }}_minor,
        {%- endfor %}
        coalesce(left_over.unattributed_minor, 0) as unattributed_minor
    from summed
    full outer join left_over
        on
            summed.opportunity_id = left_over.opportunity_id
            and summed.attribution_scope = left_over.attribution_scope
)

select * from credits_summed_by_opportunity
