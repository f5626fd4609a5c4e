{#-
    Money is whole minor units (cents) inside and decimal(18, 2) in the marts, with as many places as the reporting
    currency has where it has more than two (macros/portable/contracts). An amount is settled to minor
    units once, when it enters; everything after that adds or shares out integers.
-#}

{#-
    Minor units of one unit of the reporting currency. Known while compiling, so that no mart has to join a
    one-row table; a test holds it to the seed `currencies`.
-#}
{% macro reporting_minor_units() -%}
    {%- set code = setting('reporting_currency') | upper -%}
    {%- if code in ['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND',
                    'VUV', 'XAF', 'XOF', 'XPF'] -%}
        {{ return(1) }}
    {%- elif code in ['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'] -%}
        {{ return(1000) }}
    {%- elif code in ['CLF', 'UYW'] -%}
        {{ return(10000) }}
    {%- else -%}
        {{ return(100) }}
    {%- endif -%}
{%- endmacro %}


{% macro reporting_currency() -%}
    '{{ setting("reporting_currency") | upper }}'
{%- endmacro %}


{#- The type of money in a mart: decimal(18, 2), of a currency that counts thousandths decimal(18, 3). -#}
{% macro money_type() -%}
    decimal(18, {{ {1000: 3, 10000: 4}.get(reporting_minor_units() | int, 2) }})
{%- endmacro %}


{#- What a mart shows for minor units of the reporting currency: money('sum(amount_minor)'). -#}
{% macro money(minor_units) -%}
    cast(cast({{ minor_units }} as decimal(20, 0)) * {{ 1 / (reporting_minor_units() | int) }} as {{ money_type() }})
{%- endmacro %}


{#- A decimal of up to four places as a whole number of ten-thousandths. -#}
{% macro ten_thousandths(amount) -%}
    {{ wide_integer('cast(' ~ amount ~ ' as decimal(24, 4)) * 10000') }}
{%- endmacro %}


{#- An exchange rate of up to nine places as a whole number of billionths. -#}
{% macro billionths(rate) -%}
    {{ wide_integer('cast(' ~ rate ~ ' as decimal(24, 9)) * 1000000000') }}
{%- endmacro %}


{#-
    The one rounding of the project: an amount (decimal of up to four places) to bigint minor units, half away
    from zero, exact. `to_rate` and `from_rate` are units of the target and of the original currency per
    corporate unit, as whole billionths; leave both out to settle within one currency.
-#}
{% macro settled_minor_units(amount, minor_units_per_unit, to_rate='1', from_rate='1') -%}
    {%- set above = 'abs(' ~ ten_thousandths(amount) ~ ') * ' ~ wide_integer(minor_units_per_unit)
        ~ ' * ' ~ wide_integer(to_rate) -%}
    {%- set below = wide_integer(10000) ~ ' * ' ~ wide_integer(from_rate) -%}
    cast(
        case when {{ amount }} < 0 then -1 else 1 end
        * {{ integer_divide('2 * ' ~ above ~ ' + ' ~ below, 'nullif(2 * ' ~ below ~ ', 0)') }}
        as bigint
    )
{%- endmacro %}
