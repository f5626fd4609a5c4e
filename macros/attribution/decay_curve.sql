{#-
    Weights of the first half-life of a decay by age in its unit, days or hours: floor(2^50 * 2^(-age / half_life)) for
    each age below the half-life. A later age is one of these, halved once per half-life gone by.

    Found bit by bit as the largest whole number whose half_life-th power is at most 2^(50 * half_life - age), in
    Python's integers: an engine's or a machine's floating pow would decide who gets the last part per billion.
-#}
{% macro decay_curve(half_life) -%}
    {%- set curve = [] -%}
    {%- for age in range(half_life) -%}
        {%- set limit = 2 ** (50 * half_life - age) -%}
        {%- set found = namespace(weight=0) -%}
        {%- for bit in range(50, -1, -1) -%}
            {%- if (found.weight + 2 ** bit) ** half_life <= limit -%}
                {%- set found.weight = found.weight + 2 ** bit -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do curve.append(found.weight) -%}
    {%- endfor -%}
    {{ return(curve) }}
{%- endmacro %}


{#- The curves of all half-lives in use as rows of a values list: half-life, age, weight. -#}
{% macro decay_curve_rows(models) -%}
    {%- set rows = [] -%}
    {%- for half_life in models | map(attribute='half_life') | unique -%}
        {%- for weight in decay_curve(half_life) -%}
            {%- do rows.append('(' ~ half_life ~ ', ' ~ loop.index0 ~ ', ' ~ weight ~ ')') -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ rows | join(', ') if rows else '(1, 0, 1)' }}
{%- endmacro %}


{#- Half-lives gone by, and what they divide a weight by. -#}
{% macro halving_rows(last) -%}
    {%- set rows = [] -%}
    {%- for count in range(last + 1) -%}
        {%- do rows.append('(' ~ count ~ ', ' ~ 2 ** count ~ ')') -%}
    {%- endfor -%}
    {{ rows | join(', ') }}
{%- endmacro %}
