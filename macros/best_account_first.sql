{#- The order in which accounts that fit a person are taken: customers, then open deals, most contacts, the oldest. -#}
{% macro best_account_first(accounts) -%}
    {{ accounts }}.is_customer desc, {{ accounts }}.has_open_opportunity desc, {{ accounts }}.contact_count desc,
    {{ accounts }}.created_at asc nulls last, {{ accounts }}.account_id
{%- endmacro %}
