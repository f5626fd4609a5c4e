{%- set models = decay_models() -%}
-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
-- The newest touch weighs 2^50; a half-life later a weight is half of it, rounded down; it never grows with age.
with curves as (
    select * from {{ ref('int_decay_curves') }}
),

compared as (
    {%- for model in models %}
    select
        '{{ model.name }}' as attribution_model,
        newer.age,
        newer.{{ model.name }}_weight as weight,
        (newer.{{ model.name }}_weight - newer.{{ model.name }}_weight % 2) / 2 as half_of_it,
        older.{{ model.name }}_weight as weight_a_half_life_later,
        next_unit.{{ model.name }}_weight as weight_a_unit_later
    from curves as newer
    inner join curves as older on newer.age + {{ model.half_life }} = older.age
    inner join curves as next_unit on newer.age + 1 = next_unit.age
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {%- if not models %}
    select
        null as attribution_model,
        0 as age,
        0 as weight,
        0 as half_of_it,
        0 as weight_a_half_life_later,
        0 as weight_a_unit_later
    where false
    {%- endif %}
)

select
    attribution_model,
    age
from compared
where
    half_of_it <> weight_a_half_life_later
    or weight_a_unit_later > weight
    or (age = 0 and weight <> 1125899906842624)
