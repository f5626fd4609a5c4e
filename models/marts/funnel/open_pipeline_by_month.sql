with traced as (
    select * from {{ ref('int_opportunities_traced_over_time') }}
    where is_in_pipeline
),

opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
),

limits as (
    select * from {{ ref('int_stage_limits_by_month') }}
),

months as (
    select
        month_start_date,
        max(date_day) as as_of_date
    from {{ ref('days') }}
    where is_past
    group by month_start_date
),

open_pipeline_by_month as (
    select
        months.month_start_date,
        months.as_of_date,
        traced.opportunity_id,
        opportunities.account_id,
        opportunities.owner_id,
        opportunities.business_kind,
        coalesce(traced.opportunity_stage, '(unknown)') as opportunity_stage,
        traced.stage_entered_date,
        {{ reporting_currency() }} as currency_code,
        coalesce({{ days_between('traced.stage_entered_date', 'months.as_of_date') }} > limits.stalled_after_days, false)
            as is_stalled,
        coalesce(traced.expected_close_date < months.as_of_date, false) as is_close_date_overdue,
        cast({{ days_between('traced.stage_entered_date', 'months.as_of_date') }} as bigint) as days_in_stage,
        limits.stalled_after_days,
        cast(traced.probability / 100 as decimal(9, 6)) as win_probability_share,
        {{ money('traced.amount_minor') }} as pipeline_amount,
        {{ money(settled_minor_units(
            money('traced.amount_minor'), reporting_minor_units(), billionths('traced.probability'), billionths(100)
        )) }} as weighted_pipeline_amount
    from months
    inner join traced
        on
            months.as_of_date >= traced.valid_from_date
            and months.as_of_date < coalesce(traced.valid_until_date, date '9999-12-31')
    -- of a deal that is closed on a day to come nobody knows until when it was open
    inner join opportunities
        on
            traced.opportunity_id = opportunities.opportunity_id
            and not opportunities.is_closed_in_future
    left join limits
        on
            months.month_start_date = limits.month_start_date
            and traced.opportunity_stage = limits.opportunity_stage
)

select * from open_pipeline_by_month
