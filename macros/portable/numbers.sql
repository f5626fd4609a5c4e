{#- Exact integer arithmetic on both engines. -#}

{#- A whole number wider than 64 bits: an amount in minor units times parts per billion needs it. -#}
{% macro wide_integer(expression) -%}
    {{ adapter.dispatch('wide_integer')(expression) }}
{%- endmacro %}

{% macro default__wide_integer(expression) -%}
    cast({{ expression }} as hugeint)
{%- endmacro %}

{% macro spark__wide_integer(expression) -%}
    cast({{ expression }} as decimal(38, 0))
{%- endmacro %}


{#- Quotient of two whole numbers, rounded towards zero. -#}
{% macro integer_divide(numerator, denominator) -%}
    {{ adapter.dispatch('integer_divide')(numerator, denominator) }}
{%- endmacro %}

{% macro default__integer_divide(numerator, denominator) -%}
    (({{ numerator }}) // ({{ denominator }}))
{%- endmacro %}

{% macro spark__integer_divide(numerator, denominator) -%}
    (({{ numerator }}) div ({{ denominator }}))
{%- endmacro %}
