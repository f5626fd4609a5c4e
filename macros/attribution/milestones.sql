{#- Expressions on the milestones of a journey; <milestone>_position is 0 where a milestone is absent. -#}

{#- True when a milestone is there and no milestone named before it in the model falls on the same touch. -#}
{% macro holds_touch(milestone, milestones) -%}
    {{ milestone }}_position > 0
    {%- for other in milestones if milestones.index(other) < milestones.index(milestone) %}
    and {{ milestone }}_position <> {{ other }}_position
    {%- endfor -%}
{%- endmacro %}


{#- How many of the conditions are true. -#}
{% macro count_true(conditions) -%}
    (0
    {%- for condition in conditions %} + case when {{ condition }} then 1 else 0 end{% endfor -%}
    )
{%- endmacro %}


{#- How many milestones of a model are there, and on how many touches they fall. -#}
{% macro milestones_present(model) -%}
    {%- set present = [] -%}
    {%- for milestone in model.milestones -%}
        {%- do present.append(milestone ~ '_position > 0') -%}
    {%- endfor -%}
    {{ count_true(present) }}
{%- endmacro %}

{% macro touches_with_milestone(model) -%}
    {%- set holding = [] -%}
    {%- for milestone in model.milestones -%}
        {%- do holding.append(holds_touch(milestone, model.milestones | list)) -%}
    {%- endfor -%}
    {{ count_true(holding) }}
{%- endmacro %}


{#- The weight, in ten-thousandths, of what a journey has of a model: its milestones, and touches between. -#}
{% macro weight_present(model) -%}
    case when {{ model.name }}_between_count > 0 then {{ model.between }} else 0 end
    {%- for milestone, weight in model.milestones.items() %}
    + case when {{ milestone }}_position > 0 then {{ weight }} else 0 end
    {%- endfor -%}
{%- endmacro %}


{#- What the touch of a milestone holds: the sum over all milestones of the model that fall on it. -#}
{% macro weight_held(model, milestone, to_share='') -%}
    case
        when {{ holds_touch(milestone, model.milestones | list) }} then 0
        {%- for other, weight in model.milestones.items() %}
        + case when {{ other }}_position = {{ milestone }}_position then {{ weight }}{{ to_share }} else 0 end
        {%- endfor %}
        else 0
    end
{%- endmacro %}


{#- True when the touch of a milestone holds something else than a touch between, so that it is settled apart. -#}
{% macro is_settled_apart(model, milestone) -%}
    {%- set held = model.name ~ '_' ~ milestone ~ '_held' -%}
    {{ held }} > 0 and {{ held }} * {{ model.name }}_between_parts <> {{ model.name }}_between_held
{%- endmacro %}

{% macro touches_settled_apart(model) -%}
    {%- set apart = [] -%}
    {%- for milestone in model.milestones -%}
        {%- do apart.append(is_settled_apart(model, milestone)) -%}
    {%- endfor -%}
    {{ count_true(apart) }}
{%- endmacro %}


{#- The sum of one column (ppb, minor, unit) over the milestones of a model. -#}
{% macro sum_of_milestones(model, column) -%}
    (0
    {%- for milestone in model.milestones %} + coalesce({{ model.name }}_{{ milestone }}_{{ column }}, 0){% endfor -%}
    )
{%- endmacro %}


{#-
    Position of the count-th touch that stands between the milestones of a model; 0 for none. A milestone's touch
    (it has parts per billion of its own) moves it one back when fewer than count touches stand before it.
-#}
{% macro position_between(model, count) -%}
    {%- set passed = [] -%}
    {%- for milestone in model.milestones -%}
        {%- set before = [] -%}
        {%- for other in model.milestones if other != milestone -%}
            {%- do before.append(
                model.name ~ '_' ~ other ~ '_ppb is not null and ' ~ other ~ '_position < ' ~ milestone ~ '_position'
            ) -%}
        {%- endfor -%}
        {%- do passed.append(
            model.name ~ '_' ~ milestone ~ '_ppb is not null and ' ~ milestone ~ '_position - 1 - '
            ~ count_true(before) ~ ' < ' ~ count
        ) -%}
    {%- endfor -%}
    case when {{ count }} > 0 then {{ count }} + {{ count_true(passed) }} else 0 * ({{ count }}) end
{%- endmacro %}
