{#- The measures of int_results_gathered_by_month, as columns of the marts of results. -#}
{% macro result_measures() -%}
    {{ return([
        'ad_spend', 'estimated_cost', 'other_cost', 'response', 'other_touch',
        'cohort_mql', 'cohort_sal', 'cohort_sql', 'cohort_sourced_deal', 'cohort_sourced_win', 'cohort_deal', 'cohort_win',
        'cohort_pipeline', 'cohort_revenue',
        'period_mql', 'period_sal', 'period_sql', 'period_sourced_deal', 'period_sourced_win', 'period_deal', 'period_win',
        'period_pipeline', 'period_revenue',
    ]) }}
{%- endmacro %}


{#- The long measures turned into one column each, summed over what the select groups by. -#}
{% macro results_turned_to_columns() -%}
    {%- for measure in result_measures() %}
        coalesce(sum(quantity) filter (where measure = '{{ measure }}'), 0) as {{ measure }},
    {%- endfor %}
        coalesce(sum(quantity) filter (where measure in ('ad_spend', 'estimated_cost', 'other_cost')), 0) as cost
{%- endmacro %}


{#- The measures as every mart of results shows them, with ratios of sums that are empty where nothing was spent. -#}
{% macro result_columns(results, has_ratios=true) -%}
    {{ reporting_currency() }} as currency_code,
        {{ results }}.estimated_cost <> 0 as is_cost_estimated,
        {{ money(results ~ '.cost') }} as cost_amount,
        {{ money(results ~ '.ad_spend') }} as ad_spend_amount,
        cast({{ results }}.response + {{ results }}.other_touch as bigint) as touch_count,
        cast({{ results }}.response as bigint) as response_count,
    {%- for basis in ['cohort', 'period'] %}
        {%- for stage in ['mql', 'sal', 'sql'] %}
        cast({{ results }}.{{ basis }}_{{ stage }} as bigint) as {{ basis }}_{{ stage }}_count,
        {%- endfor %}
        cast({{ results }}.{{ basis }}_sourced_deal as bigint) as {{ basis }}_sourced_deal_count,
        cast({{ results }}.{{ basis }}_sourced_win as bigint) as {{ basis }}_sourced_win_count,
        {{ share_of_whole(results ~ '.' ~ basis ~ '_deal') }} as {{ basis }}_credited_deal_count,
        {{ share_of_whole(results ~ '.' ~ basis ~ '_win') }} as {{ basis }}_credited_win_count,
        {{ money(results ~ '.' ~ basis ~ '_pipeline') }} as {{ basis }}_credited_pipeline_amount,
        {{ money(results ~ '.' ~ basis ~ '_revenue') }} as {{ basis }}_credited_revenue_amount
        {%- if has_ratios %},
        {{ per_unit_of(results ~ '.' ~ basis ~ '_pipeline', results ~ '.cost') }} as {{ basis }}_pipeline_multiple,
        {{ per_unit_of(results ~ '.' ~ basis ~ '_revenue', results ~ '.cost') }} as {{ basis }}_return_multiple
        {%- endif %}
        {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{% macro per_unit_of(quantity, cost) -%}
    cast({{ quantity }} as double) / nullif({{ cost }}, 0)
{%- endmacro %}


{#- What credit is measured in: the end of the measure's name, the quantity of one touch, and of many added up. -#}
{% macro credit_measures() %}
    {%- set found = [] -%}
    {%- for of_pipeline, of_revenue, of_touch, added_up, where_any in [
        ('sourced_deal', 'sourced_win', 'cast(is_source as integer)', 'sourced_count', 'sourced_count > 0'),
        ('deal', 'win', 'credit_ppb', 'credit_ppb', 'true'),
        ('pipeline', 'revenue', 'credit_minor', 'credit_minor', 'true'),
    ] -%}
        {%- do found.append({
            'name': "case attribution_scope when 'pipeline' then '_" ~ of_pipeline ~ "' else '_" ~ of_revenue ~ "' end",
            'of_touch': of_touch,
            'added_up': added_up,
            'where_any': where_any,
        }) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{#- Whose the results of a channel are: as for its touches, marketing where nobody defined it; nobody's without a touch. -#}
{% macro owner_of_results(channel, channel_owner) -%}
    case
            when {{ channel }} not in ('no touch', 'no response', 'no campaign') then coalesce({{ channel_owner }}, 'marketing')
        end
{%- endmacro %}
