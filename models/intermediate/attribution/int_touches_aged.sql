{%- set models = decay_models() -%}
-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
-- Ages count from the newest touch of the journey: against the creation or the close every weight would have the
-- same factor more, which cancels.
with touches as (
    select
        opportunity_id,
        touch_date,
        touch_at,
        position
    from {{ ref('int_touches_placed_on_opportunities') }}
),

journeys as (
    select
        opportunity_id,
        attribution_scope,
        newest_touch_date,
        newest_touch_at,
        touch_count,
        abs_amount_minor
    from {{ ref('int_journeys_measured') }}
),

curves as (
    select * from {{ ref('int_decay_curves') }}
),

aged as (
    select
        journeys.opportunity_id,
        journeys.attribution_scope,
        touches.position,
        {{ days_between('touches.touch_date', 'journeys.newest_touch_date') }} as age_days,
        {{ integer_divide(seconds_between('touches.touch_at', 'journeys.newest_touch_at'), '3600') }} as age_hours,
        journeys.abs_amount_minor
    from journeys
    inner join touches
        on journeys.opportunity_id = touches.opportunity_id and journeys.touch_count >= touches.position
),

weighed as (
    select
        {%- for model in models %}
        coalesce(curves_by_{{ model.half_life_unit }}.{{ model.name }}_weight, 0) as {{ model.name }}_weight,
        {%- endfor %}
        aged.*
    from aged
    {% for unit in models | map(attribute='half_life_unit') | unique -%}
    left join curves as curves_by_{{ unit }} on aged.age_{{ unit }} = curves_by_{{ unit }}.age
    {% endfor %}
)

select * from weighed
