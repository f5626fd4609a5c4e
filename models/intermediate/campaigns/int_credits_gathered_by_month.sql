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
    {%- for measures, quantity, condition in [
        (['sourced_deal', 'sourced_win'], 'sourced_count', 'sourced_count > 0'),
        (['deal', 'win'], 'credit_ppb', 'true'),
        (['pipeline', 'revenue'], 'credit_minor', 'true'),
    ] %}
    select
        campaign_id,
        channel,
        month_start_date,
        basis || case attribution_scope when 'pipeline' then '_{{ measures[0] }}' else '_{{ measures[1] }}' end as measure,
        cast({{ quantity }} as bigint) as quantity
    from added_up
    where {{ condition }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from credits_gathered_by_month
