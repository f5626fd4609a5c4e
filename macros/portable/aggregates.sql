{#- Aggregates that DuckDB and Spark spell differently. -#}

{#- The k-th largest value of a group, 1 = largest; null when k is 0. -#}
{% macro kth_largest(expression, k) -%}
    {{ adapter.dispatch('kth_largest')(expression, k) }}
{%- endmacro %}

{% macro default__kth_largest(expression, k) -%}
    list_extract(list_sort(list({{ expression }}), 'DESC'), cast({{ k }} as bigint))
{%- endmacro %}

{% macro spark__kth_largest(expression, k) -%}
    get(sort_array(collect_list({{ expression }}), false), cast({{ k }} as int) - 1)
{%- endmacro %}


{#- The texts of a group one after the other, in their order. -#}
{% macro joined_texts(text, separator='') -%}
    {{ adapter.dispatch('joined_texts')(text, separator) }}
{%- endmacro %}

{% macro default__joined_texts(text, separator) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ text }})
{%- endmacro %}

{% macro spark__joined_texts(text, separator) -%}
    array_join(sort_array(collect_list({{ text }})), '{{ separator }}')
{%- endmacro %}
