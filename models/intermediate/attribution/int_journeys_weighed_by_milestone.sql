{#- A journey has few different weights in a model: one for the touch of each milestone and one for all touches
    between. So parts per billion are settled once per journey, and brought to its touches later. -#}
{%- set models = milestone_models() -%}
-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
with journeys as (
    select * from {{ ref('int_journeys_shared_by_milestone') }}
),

rounded_down as (
    -- a touch that holds as much as one between is settled as one of them: then no milestone ties with them
    select
        {%- for model in models %}
        {%- set name = model.name %}
        {%- for milestone in model.milestones %}
        {%- set held = name ~ '_' ~ milestone ~ '_held' %}
        case
            when {{ is_settled_apart(model, milestone) }}
                then {{ integer_divide(held ~ ' * 1000000000', name ~ '_whole') }}
        end as {{ name }}_{{ milestone }}_ppb,
        case
            when {{ is_settled_apart(model, milestone) }}
                then {{ claim(
                    held ~ ' * 1000000000 % ' ~ name ~ '_whole * ' ~ name ~ '_between_parts',
                    held ~ ' * ' ~ name ~ '_between_parts', milestone ~ '_position'
                ) }}
            else -1
        end as {{ name }}_{{ milestone }}_claim,
        {%- endfor %}
        touch_count - {{ touches_settled_apart(model) }} as {{ name }}_between_count,
        {{ integer_divide(
            name ~ '_between_held * 1000000000', name ~ '_whole * ' ~ name ~ '_between_parts'
        ) }} as {{ name }}_between_ppb,
        {{ claim(
            name ~ '_between_held * 1000000000 % (' ~ name ~ '_whole * ' ~ name ~ '_between_parts)',
            name ~ '_between_held', 0
        ) }} as {{ name }}_between_claim,
        {%- endfor %}
        *
    from journeys
),

counted as (
    select
        {%- for model in models %}
        1000000000 - {{ sum_of_milestones(model, 'ppb') }}
        - {{ model.name }}_between_ppb * {{ model.name }}_between_count as {{ model.name }}_units,
        {%- endfor %}
        *
    from rounded_down
),

given_units as (
    select
        {%- for model in models %}
        {%- for milestone in model.milestones %}
        {{ earns_unit(model, milestone, {'between': model.name ~ '_between_count'}) }}
            as {{ model.name }}_{{ milestone }}_unit,
        {%- endfor %}
        {%- endfor %}
        *
    from counted
),

weighed as (
    select
        opportunity_id,
        attribution_scope,
        newest_touch_date,
        newest_touch_at,
        touch_count,
        {%- for milestone in attribution_milestones() %}
        {{ milestone }}_position,
        {%- endfor %}
        {%- for model in models %}
        {%- for milestone in model.milestones %}
        {{ model.name }}_{{ milestone }}_ppb + {{ model.name }}_{{ milestone }}_unit
            as {{ model.name }}_{{ milestone }}_ppb,
        {%- endfor %}
        {{ model.name }}_between_count,
        {{ model.name }}_between_ppb,
        {{ model.name }}_units - {{ sum_of_milestones(model, 'unit') }} as {{ model.name }}_between_units,
        {%- endfor %}
        abs_amount_minor,
        amount_sign
    from given_units
)

select * from weighed
