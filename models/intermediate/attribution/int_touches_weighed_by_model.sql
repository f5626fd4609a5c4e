{#- The physical table of all credit: wide by model and whole numbers only, a third of the size and time of a long
    one. Its columns follow the definitions; touch_credits_by_model is the long view of it. -#}
{%- set decays = decay_models() -%}
-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
with touches as (
    select
        opportunity_id,
        touch_id,
        touch_date,
        touch_at,
        position
    from {{ ref('int_touches_placed_on_opportunities') }}
),

by_milestone as (
    select * from {{ ref('int_journeys_settled_by_milestone') }}
),

by_age as (
    select * from {{ ref('int_journeys_settled_by_age') }}
),

curves as (
    select * from {{ ref('int_decay_curves') }}
),

journeys as (
    select
        {%- for model in decays %}
        by_age.{{ model.name }}_whole,
        by_age.{{ model.name }}_last_claim,
        by_age.{{ model.name }}_last_minor_claim,
        {%- endfor %}
        by_milestone.*
    from by_milestone
    inner join by_age
        on
            by_milestone.opportunity_id = by_age.opportunity_id
            and by_milestone.attribution_scope = by_age.attribution_scope
),

aged as (
    select
        journeys.*,
        touches.touch_id,
        touches.position,
        {{ days_between('touches.touch_date', 'journeys.newest_touch_date') }} as age_days,
        {{ integer_divide(seconds_between('touches.touch_at', 'journeys.newest_touch_at'), '3600') }} as age_hours
    from touches
    inner join journeys
        on touches.opportunity_id = journeys.opportunity_id and touches.position <= journeys.touch_count
),

rounded_down as (
    select
        {%- for model in decays %}
        {%- set weight = 'coalesce(curves_by_' ~ model.half_life_unit ~ '.' ~ model.name ~ '_weight, 0)' %}
        {{ weight }} as {{ model.name }}_weight,
        {{ weight_part(weight, model.name ~ '_whole') }} as {{ model.name }}_ppb,
        {%- endfor %}
        aged.*
    from aged
    {% for unit in decays | map(attribute='half_life_unit') | unique -%}
    left join curves as curves_by_{{ unit }} on aged.age_{{ unit }} = curves_by_{{ unit }}.age
    {% endfor %}
),

decayed as (
    select
        {%- for model in decays %}
        {{ decay_ppb(model) }} as {{ model.name }}_settled_ppb,
        {%- endfor %}
        *
    from rounded_down
),

weighed as (
    select
        opportunity_id,
        attribution_scope,
        touch_id,
        {%- for model in milestone_models() %}
        {{ milestone_ppb(model) }} as {{ model.name }}_ppb,
        {{ milestone_minor(model) }} as {{ model.name }}_minor,
        {%- endfor %}
        {%- for model in decays %}
        cast({{ model.name }}_settled_ppb as integer) as {{ model.name }}_ppb,
        {{ decay_minor(model) }} as {{ model.name }}_minor,
        {%- endfor %}
        position
    from decayed
)

select * from weighed
