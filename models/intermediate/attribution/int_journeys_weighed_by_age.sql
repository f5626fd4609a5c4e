{#- Time decay has a weight of its own for every touch, so the units left over need the order of all claims: the
    smallest claim that still earns one is kept per journey, and every touch is compared with it. -#}
{%- set models = decay_models() -%}
-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
with touches as (
    select * from {{ ref('int_touches_aged') }}
),

totals as (
    select
        opportunity_id,
        {%- for model in models %}
        sum({{ model.name }}_weight) as {{ model.name }}_whole,
        {%- endfor %}
        attribution_scope
    from touches
    group by opportunity_id, attribution_scope
),

rounded_down as (
    select
        {%- for model in models %}
        totals.{{ model.name }}_whole,
        {{ weight_part(model.name ~ '_weight', model.name ~ '_whole') }} as {{ model.name }}_ppb,
        {%- endfor %}
        touches.*
    from touches
    inner join totals
        on
            touches.opportunity_id = totals.opportunity_id
            and touches.attribution_scope = totals.attribution_scope
),

weighed as (
    select
        opportunity_id,
        {%- for model in models %}
        max({{ model.name }}_whole) as {{ model.name }}_whole,
        {{ kth_largest(decay_claim(model), '1000000000 - sum(' ~ model.name ~ '_ppb)') }}
            as {{ model.name }}_last_claim,
        {%- endfor %}
        attribution_scope
    from rounded_down
    group by opportunity_id, attribution_scope
)

select * from weighed
