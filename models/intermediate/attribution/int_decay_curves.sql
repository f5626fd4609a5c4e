{%- set models = decay_models() -%}
-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
-- After 50 half-lives the weight, 2^50 for the newest touch, is below 1 and counts as 0.
with first_half_lives as (
    select
        first_days.half_life_days,
        first_days.day_count,
        first_days.weight
    from (values {{ decay_curve_rows(models) }}) as first_days (half_life_days, day_count, weight)
),

halvings as (
    select
        powers_of_two.half_life_count,
        powers_of_two.divisor
    from (values {{ halving_rows(50) }}) as powers_of_two (half_life_count, divisor)
),

continued as (
    select
        first_half_lives.half_life_days,
        first_half_lives.day_count + halvings.half_life_count * first_half_lives.half_life_days as age_days,
        {{ integer_divide('first_half_lives.weight', 'halvings.divisor') }} as weight
    from first_half_lives
    cross join halvings
),

curves as (
    select
        {%- for model in models %}
        cast(max(weight) filter (where half_life_days = {{ model.half_life_days }}) as bigint)
            as {{ model.name }}_weight,
        {%- endfor %}
        cast(age_days as integer) as age_days
    from continued
    group by age_days
)

select * from curves
