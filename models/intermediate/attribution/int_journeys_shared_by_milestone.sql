{#- Exact shares as whole numbers: held / whole for the touch of a milestone, and between_held / whole divided among
    the touches between. Weights are in ten-thousandths. Absence and coincidence (redistribution) live here only. -#}
{%- set models = milestone_models() -%}
{%- set is_even = var_one_of('attribution_redistribution', ['proportional', 'even']) == 'even' -%}
-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
with journeys as (
    select * from {{ ref('int_journeys_measured') }}
),

marked as (
    select
        {%- for model in models %}
        {{ milestones_present(model) }} as {{ model.name }}_present_count,
        touch_count - {{ touches_with_milestone(model) }} as {{ model.name }}_between_count,
        {%- endfor %}
        *
    from journeys
),

given as (
    select
        {%- for model in models %}
        {{ weight_present(model) }} as {{ model.name }}_given,
        -- who takes a part of what is missing, where parts are even; the touches between count as one
        {{ model.name }}_present_count
        + case when {{ model.between }} > 0 and {{ model.name }}_between_count > 0 then 1 else 0 end
            as {{ model.name }}_taker_count,
        {%- endfor %}
        *
    from marked
),

shared as (
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
        {%- set to_share = ' * ' ~ name ~ '_taker_count + 10000 - ' ~ name ~ '_given' if is_even else '' %}
        {%- for milestone in model.milestones %}
        -- 0 when a milestone named before it stands on the same touch, which then holds the sum
        cast({{ weight_held(model, milestone, to_share) }} as bigint) as {{ name }}_{{ milestone }}_held,
        {%- endfor %}
        -- without any milestone the model is linear: one part for each touch
        cast(case
            when {{ name }}_present_count = 0 then 1
            when {{ name }}_between_count = 0 or {{ model.between }} = 0 then 0
            else {{ model.between }}{{ to_share }}
        end as bigint) as {{ name }}_between_held,
        cast(case
            when {{ name }}_present_count = 0 then 1
            else {{ '10000 * ' ~ name ~ '_taker_count' if is_even else name ~ '_given' }}
        end as bigint) as {{ name }}_whole,
        cast(greatest({{ name }}_between_count, 1) as bigint) as {{ name }}_between_parts,
        {%- endfor %}
        abs_amount_minor,
        amount_sign
    from given
)

select * from shared
