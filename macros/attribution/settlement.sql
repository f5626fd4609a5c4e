{#- Expressions of the settlement by largest remainder: parts are rounded down, units left over go by claim. -#}

{#- The part of an amount (abs_amount_minor) that belongs to so many parts per billion, rounded down: 64 bits do. -#}
{% macro amount_part(ppb) -%}
    ({{ integer_divide('abs_amount_minor', 1000000000) }} * ({{ ppb }})
    + {{ integer_divide('abs_amount_minor % 1000000000 * (' ~ ppb ~ ')', 1000000000) }})
{%- endmacro %}


{#- What the rounding left of it, in billionths of a minor unit. -#}
{% macro amount_remainder(ppb) -%}
    (abs_amount_minor % 1000000000 * ({{ ppb }}) % 1000000000)
{%- endmacro %}


{#-
    The claim of a touch on a unit that is left over, larger first: by remainder, then by weight, then by the earlier
    position, packed in one number (which holds positions to ten million).
-#}
{% macro claim(remainder, weight, position, weight_below=10000000000000) -%}
    (({{ wide_integer(remainder) }} * {{ weight_below }} + ({{ weight }})) * 10000000 + (9999999 - ({{ position }})))
{%- endmacro %}


{#-
    1 when the touch of a milestone earns one of the units left over in a model (<model>_units), else 0: when fewer
    than that many touches have a larger claim. `groups` are the touches between: name of a claim -> how many have it.
-#}
{% macro earns_unit(model, milestone, groups) -%}
    {%- set own = model.name ~ '_' ~ milestone ~ '_claim' -%}
    case
        when {{ own }} >= 0 and {{ model.name }}_units > 0
        {%- for other in model.milestones if other != milestone %}
        + case when {{ model.name }}_{{ other }}_claim > {{ own }} then 1 else 0 end
        {%- endfor %}
        {%- for group, count in groups.items() %}
        + case when {{ model.name }}_{{ group }}_claim > {{ own }} then {{ count }} else 0 end
        {%- endfor %}
            then 1
        else 0
    end
{%- endmacro %}


{#-
    Parts per billion of a weight in the whole of its journey, rounded down. The exact division of numbers this wide
    is five times slower than the rest of the weighing, so the quotient is guessed with floats, which errs by one at
    most, and put right by exact multiplication: the result does not depend on the engine's floats.
-#}
{% macro weight_part(weight, whole) -%}
    {%- set guess -%}
        cast(floor(cast({{ weight }} as double) * 1000000000 / cast({{ whole }} as double)) as bigint)
    {%- endset -%}
    ({{ guess }} + case
        when {{ weight_remainder(weight, whole, guess) }} < 0 then -1
        when {{ weight_remainder(weight, whole, guess) }} >= {{ whole }} then 1
        else 0
    end)
{%- endmacro %}

{% macro weight_remainder(weight, whole, ppb) -%}
    {{ wide_integer(weight) }} * 1000000000 - {{ wide_integer(ppb) }} * {{ whole }}
{%- endmacro %}


{#-
    The claim of a touch under time decay. Its age stands for its weight (a newer touch weighs more), because the
    weight itself is too wide to be packed with the remainder.
-#}
{% macro decay_claim(model) -%}
    {{ claim(
        '(' ~ weight_remainder(model.name ~ '_weight', model.name ~ '_whole', model.name ~ '_ppb') ~ ')',
        '99999 - least(age_' ~ model.half_life_unit ~ ', 99999)', 'position', 100000
    ) }}
{%- endmacro %}


{#- Parts per billion of a touch under time decay, settled: the smallest claim that earns one more is known. -#}
{% macro decay_ppb(model) -%}
    {{ model.name }}_ppb + case when {{ decay_claim(model) }} >= {{ model.name }}_last_claim then 1 else 0 end
{%- endmacro %}


{#- Credit in minor units of a touch under time decay. -#}
{% macro decay_minor(model) -%}
    {%- set ppb = model.name ~ '_settled_ppb' -%}
    amount_sign * ({{ amount_part(ppb) }} + case
        when {{ claim(amount_remainder(ppb), ppb, 'position') }} >= {{ model.name }}_last_minor_claim then 1 else 0
    end)
{%- endmacro %}


{#- Parts per billion of a touch under a model of milestones: those of its milestone, else of the touches between. -#}
{% macro milestone_ppb(model) -%}
    coalesce(
        {%- if model.milestones %}
        case position
            {%- for milestone in model.milestones %}
            when {{ milestone }}_position then {{ model.name }}_{{ milestone }}_ppb
            {%- endfor %}
        end,
        {%- endif %}
        case when position <= {{ model.name }}_upper_until then {{ model.name }}_lower_ppb + 1
            else {{ model.name }}_lower_ppb end
    )
{%- endmacro %}


{#- Credit in minor units of a touch under a model of milestones; the same choice. -#}
{% macro milestone_minor(model) -%}
    coalesce(
        {%- if model.milestones %}
        case position
            {%- for milestone in model.milestones %}
            when {{ milestone }}_position then {{ model.name }}_{{ milestone }}_minor
            {%- endfor %}
        end,
        {%- endif %}
        case
            when position <= {{ model.name }}_upper_unit_until then {{ model.name }}_upper_minor + amount_sign
            when position <= {{ model.name }}_upper_until then {{ model.name }}_upper_minor
            when position <= {{ model.name }}_lower_unit_until then {{ model.name }}_lower_minor + amount_sign
            else {{ model.name }}_lower_minor
        end
    )
{%- endmacro %}


{#- The share of a whole (0 to 1, or a fractional count when summed) that a mart shows for parts per billion. -#}
{% macro share_of_whole(ppb) -%}
    cast(cast({{ ppb }} as decimal(20, 0)) * 0.000000001 as decimal(18, 9))
{%- endmacro %}
