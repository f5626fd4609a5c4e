-- Weights move credit between channels and leave every total alone, so credit is remembered by channel for the agreed
-- models and by channel owner for the others.
with credits as (
    select * from {{ ref('model_credits_by_month') }}
),

models as (
    select
        attribution_model,
        agreed_for is not null as is_agreed
    from {{ ref('attribution_models') }}
),

cycles as (
    select * from {{ ref('funnel_by_month') }}
    where basis = 'cohort'
),

opportunities as (
    select * from {{ ref('opportunities') }}
),

touches as (
    select * from {{ ref('touches') }}
),

costs as (
    select * from {{ ref('int_costs_spread_by_day') }}
),

counted as (
    select
        'credited amount' as number_name,
        credits.attribution_scope || ', ' || credits.attribution_model || ', '
        || case
            when models.is_agreed then credits.channel else coalesce(credits.channel_owner, credits.channel)
        end as slice_name,
        credits.year_start_date as period_start_date,
        sum(credits.credited_amount) as number_value
    from credits
    inner join models on credits.attribution_model = models.attribution_model
    group by all
    union all
    select
        'entries into a funnel stage' as number_name,
        cycles.funnel_stage as slice_name,
        {{ year_start('cycles.month_start_date') }} as period_start_date,
        sum(cycles.entered_count) as number_value
    from cycles
    group by all
    union all
    select
        'deals won' as number_name,
        business_kind as slice_name,
        {{ quarter_start('closed_date') }} as period_start_date,
        count(*) as number_value
    from opportunities
    where is_won
    group by all
    union all
    select
        'amount won' as number_name,
        business_kind as slice_name,
        {{ quarter_start('closed_date') }} as period_start_date,
        sum(deal_amount) as number_value
    from opportunities
    where is_won
    group by all
    union all
    select
        'touches' as number_name,
        touch_kind || ', ' || channel as slice_name,
        {{ year_start('touch_date') }} as period_start_date,
        count(*) as number_value
    from touches
    group by all
    union all
    select
        'campaign cost' as number_name,
        cost_source || ', ' || cost_status as slice_name,
        {{ year_start('spend_date') }} as period_start_date,
        sum({{ money('cost_minor') }}) as number_value
    from costs
    group by all
),

remembered_numbers as (
    select
        number_name,
        slice_name,
        cast(period_start_date as date) as period_start_date,
        cast(number_value as {{ money_type() }}) as number_value
    from counted
    where number_value is not null
)

select * from remembered_numbers
