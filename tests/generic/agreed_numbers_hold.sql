{#-
    Fails with every agreed number that the other relation lacks or has with another value. A number that nobody has
    agreed to yet, such as those of a new attribution model, is none that moved.

    `settings` are the vars under which the numbers were agreed; under others there is nothing to hold them against.
-#}
{% test agreed_numbers_hold(model, other, columns, settings) %}

{%- set changed = [] -%}
{%- for name, value in settings.items() if setting(name) | string != value | string -%}
    {%- do changed.append(name) -%}
{%- endfor -%}

select * from (
    select {{ columns | join(', ') }} from {{ model }}
    except all
    select {{ columns | join(', ') }} from {{ other }}
) as moved
{%- if changed %}
-- not compared: {{ changed | join(', ') }}
where false
{%- endif %}

{% endtest %}
