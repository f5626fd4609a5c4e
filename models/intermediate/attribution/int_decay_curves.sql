{%- set models = decay_models() -%}
-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
-- After 50 half-lives the weight, 2^50 for the newest touch, is below 1 and counts as 0.
with first_half_lives as (
    select
        first_ages.half_life,
        first_ages.age,
        first_ages.weight
    from (values {{ decay_curve_rows(models) }}) as first_ages (half_life, age, weight)
),

halvings as (
    select
        powers_of_two.half_life_count,
        powers_of_two.divisor
    from (values {{ halving_rows(50) }}) as powers_of_two (half_life_count, divisor)
),

continued as (
    select
        first_half_lives.half_life,
        first_half_lives.age + halvings.half_life_count * first_half_lives.half_life as age,
        {{ integer_divide('first_half_lives.weight', 'halvings.divisor') }} as weight
    from first_half_lives
    cross join halvings
),

curves as (
    select
        {%- for model in models %}
        cast(max(weight) filter (where half_life = {{ model.half_life }}) as bigint)
            as {{ model.name }}_weight,
        {%- endfor %}
        cast(age as integer) as age
    from continued
    group by age
)

select * from curves
