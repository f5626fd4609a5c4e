with opportunities as (
    select * from {{ ref('opportunities') }}
),

-- All four factors on the same deals: new business closed in the month. A deal without an amount counts with
-- nothing: lost ones often have none, and leaving those out would flatter the win rate. Deals entered after the fact
-- (closed within a day of their creation, or before) have no cycle to speak of.
closed as (
    select
        {{ month_start('closed_date') }} as month_start_date,
        is_won,
        days_to_close,
        amount_minor
    from opportunities
    where
        is_new_business
        and (is_won or is_lost)
        and is_counted
        and not is_created_at_close
        and not is_closed_before_created
),

factors as (
    select
        month_start_date,
        count(*) as closed_count,
        count(*) filter (where is_won) as won_count,
        coalesce(sum(amount_minor) filter (where is_won), 0) as won_amount_minor,
        median(days_to_close) filter (where is_won) as median_days_to_win
    from closed
    group by month_start_date
),

-- deals x win rate x average won amount / cycle days: the first three multiply to the amount won.
velocity_by_month as (
    select
        month_start_date,
        {{ reporting_currency() }} as currency_code,
        cast(closed_count as bigint) as closed_count,
        cast(won_count as bigint) as won_count,
        cast(cast(won_count as double) / nullif(closed_count, 0) as decimal(9, 6)) as win_rate,
        {{ money('won_amount_minor') }} as won_amount,
        {{ money(integer_divide('2 * won_amount_minor + won_count', 'nullif(2 * won_count, 0)')) }} as average_won_amount,
        cast(median_days_to_win as decimal(9, 1)) as median_days_to_win,
        cast(
            cast({{ money('won_amount_minor') }} as double) / nullif(median_days_to_win, 0) as {{ money_type() }}
        ) as velocity_per_day_amount
    from factors
)

select * from velocity_by_month
