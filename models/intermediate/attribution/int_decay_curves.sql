{%- set models = decay_models() -%}
-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
-- After 50 half-lives the weight, 2^50 for the newest touch, is below 1 and counts as 0.
{%- set curves = {} -%}
{%- set oldest = namespace(age=0) -%}
{%- for model in models -%}
    {%- do curves.update({model.name: decay_curve(model.half_life_days)}) -%}
    {%- set oldest.age = [oldest.age, 51 * model.half_life_days] | max -%}
{%- endfor %}
with curves as (
    select *
    from (
        values
        {%- for age in range(oldest.age + 1) %}
        ({{ age }}
        {%- for model in models -%}
        , {{ curves[model.name][age % model.half_life_days] // 2 ** (age // model.half_life_days) }}
        {%- endfor -%}
        ){{ ',' if not loop.last }}
        {%- endfor %}
    ) as ages (age_days {%- for model in models %}, {{ model.name }}_weight{% endfor %})
),

typed as (
    select
        cast(age_days as integer) as age_days
        {%- for model in models %}
        , cast({{ model.name }}_weight as bigint) as {{ model.name }}_weight
        {%- endfor %}
    from curves
)

select * from typed
