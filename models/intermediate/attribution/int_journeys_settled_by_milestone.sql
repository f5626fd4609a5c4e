{#- The same once more for money. After parts per billion were settled, the first touches between (upper) have one
    part more than the rest (lower); every group is rounded down and the minor units left over go by claim. -#}
{%- set models = milestone_models() -%}
-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
with journeys as (
    select * from {{ ref('int_journeys_weighed_by_milestone') }}
),

rounded_down as (
    select
        {%- for model in models %}
        {%- for milestone in model.milestones %}
        {%- set ppb = model.name ~ '_' ~ milestone ~ '_ppb' %}
        {{ amount_part(ppb) }} as {{ model.name }}_{{ milestone }}_minor,
        coalesce({{ claim(amount_remainder(ppb), ppb, milestone ~ '_position') }}, -1)
            as {{ model.name }}_{{ milestone }}_claim,
        {%- endfor %}
        {%- for group, ppb in [('upper', model.name ~ '_between_ppb + 1'), ('lower', model.name ~ '_between_ppb')] %}
        {{ amount_part(ppb) }} as {{ model.name }}_{{ group }}_minor,
        {{ claim(amount_remainder(ppb), ppb, 0) }} as {{ model.name }}_{{ group }}_claim,
        {%- endfor %}
        {{ model.name }}_between_units as {{ model.name }}_upper_count,
        {{ model.name }}_between_count - {{ model.name }}_between_units as {{ model.name }}_lower_count,
        {%- endfor %}
        *
    from journeys
),

counted as (
    select
        {%- for model in models %}
        abs_amount_minor
        - {{ model.name }}_upper_count * {{ model.name }}_upper_minor
        - {{ model.name }}_lower_count * {{ model.name }}_lower_minor
        - {{ sum_of_milestones(model, 'minor') }} as {{ model.name }}_units,
        {%- endfor %}
        *
    from rounded_down
),

given_units as (
    select
        {%- for model in models %}
        {%- set groups = {'upper': model.name ~ '_upper_count', 'lower': model.name ~ '_lower_count'} %}
        {%- for milestone in model.milestones %}
        {{ earns_unit(model, milestone, groups) }} as {{ model.name }}_{{ milestone }}_unit,
        {%- endfor %}
        {%- endfor %}
        *
    from counted
),

given_between as (
    select
        {%- for model in models %}
        {%- set left = model.name ~ '_units - ' ~ sum_of_milestones(model, 'unit') %}
        {{ left }} as {{ model.name }}_left_units,
        case
            when {{ model.name }}_upper_claim > {{ model.name }}_lower_claim
                then least({{ left }}, {{ model.name }}_upper_count)
            else greatest({{ left }} - {{ model.name }}_lower_count, 0)
        end as {{ model.name }}_upper_units,
        {%- endfor %}
        *
    from given_units
),

settled as (
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
        {%- set name = model.name %}
        {%- for milestone in model.milestones %}
        cast({{ name }}_{{ milestone }}_ppb as integer) as {{ name }}_{{ milestone }}_ppb,
        amount_sign * ({{ name }}_{{ milestone }}_minor + {{ name }}_{{ milestone }}_unit)
            as {{ name }}_{{ milestone }}_minor,
        {%- endfor %}
        cast({{ name }}_between_ppb as integer) as {{ name }}_lower_ppb,
        amount_sign * {{ name }}_upper_minor as {{ name }}_upper_minor,
        amount_sign * {{ name }}_lower_minor as {{ name }}_lower_minor,
        -- positions up to which touches between are upper, and up to which either kind has a minor unit more
        {{ position_between(model, name ~ '_upper_count') }} as {{ name }}_upper_until,
        {{ position_between(model, name ~ '_upper_units') }} as {{ name }}_upper_unit_until,
        {{ position_between(model, '(' ~ name ~ '_upper_count + ' ~ name ~ '_left_units - ' ~ name ~ '_upper_units)') }}
            as {{ name }}_lower_unit_until,
        {%- endfor %}
        abs_amount_minor,
        amount_sign
    from given_between
)

select * from settled
