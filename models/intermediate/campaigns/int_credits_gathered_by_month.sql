with credits as (
    select * from {{ ref('int_credits_dated') }}
),

added_up as (
    {%- for basis, measure_date in [('cohort', 'touch_date'), ('period', 'period_date')] %}
    select
        '{{ basis }}' as basis,
        campaign_id,
        channel,
        attribution_scope,
        {{ month_start(measure_date) }} as month_start_date,
        count_if(is_source) as sourced_count,
        sum(credit_ppb) as credit_ppb,
        sum(credit_minor) as credit_minor
    from credits
    group by campaign_id, channel, attribution_scope, {{ month_start(measure_date) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

credits_gathered_by_month as (
    {%- for credit in credit_measures() %}
    select
        campaign_id,
        channel,
        month_start_date,
        basis || {{ credit.name }} as measure,
        cast({{ credit.added_up }} as bigint) as quantity
    from added_up
    where {{ credit.where_any }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from credits_gathered_by_month
