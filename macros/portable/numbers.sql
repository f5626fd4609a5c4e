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


{#- The value below which a share of the rows lies, interpolated between the two nearest; an aggregate. -#}
{% macro percentile(expression, share) -%}
    {{ adapter.dispatch('percentile')(expression, share) }}
{%- endmacro %}

{% macro default__percentile(expression, share) -%}
    quantile_cont({{ expression }}, {{ share }})
{%- endmacro %}

{% macro spark__percentile(expression, share) -%}
    percentile({{ expression }}, {{ share }})
{%- endmacro %}
