{%- set models = decay_models() -%}
-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
with touches as (
    select * from {{ ref('int_touches_aged') }}
),

journeys as (
    select * from {{ ref('int_journeys_weighed_by_age') }}
),

rounded_down as (
    select
        {%- for model in models %}
        journeys.{{ model.name }}_whole,
        journeys.{{ model.name }}_last_claim,
        {{ weight_part(model.name ~ '_weight', model.name ~ '_whole') }} as {{ model.name }}_ppb,
        {%- endfor %}
        touches.*
    from touches
    inner join journeys
        on
            touches.opportunity_id = journeys.opportunity_id
            and touches.attribution_scope = journeys.attribution_scope
),

weighed as (
    select
        opportunity_id,
        attribution_scope,
        position,
        {%- for model in models %}
        {{ model.name }}_whole,
        {{ model.name }}_last_claim,
        {{ decay_ppb(model) }} as {{ model.name }}_ppb,
        {%- endfor %}
        abs_amount_minor
    from rounded_down
),

settled as (
    select
        opportunity_id,
        {%- for model in models %}
        {%- set ppb = model.name ~ '_ppb' %}
        max({{ model.name }}_whole) as {{ model.name }}_whole,
        max({{ model.name }}_last_claim) as {{ model.name }}_last_claim,
        {{ kth_largest(
            claim(amount_remainder(ppb), ppb, 'position'),
            'max(abs_amount_minor) - sum(' ~ amount_part(ppb) ~ ')'
        ) }} as {{ model.name }}_last_minor_claim,
        {%- endfor %}
        attribution_scope
    from weighed
    group by opportunity_id, attribution_scope
)

select * from settled
