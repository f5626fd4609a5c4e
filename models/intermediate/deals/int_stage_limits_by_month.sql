with opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
    where exclusion_reason is null or exclusion_reason = amount_problem
),

moves as (
    select * from {{ ref('int_opportunities_moved_between_stages') }}
),

months as (
    select distinct month_start_date
    from {{ ref('days') }}
    where is_past
),

-- A stay is complete when the deal has moved on, or has closed without a word in its history.
stays as (
    select
        moves.canonical_stage as opportunity_stage,
        moves.is_pipeline and not moves.is_closed as is_in_pipeline,
        {{ local_date('moves.changed_at') }} as entered_date,
        coalesce(
            lead({{ local_date('moves.changed_at') }}) over (
                partition by moves.opportunity_id order by moves.changed_at, moves.opportunity_change_id
            ),
            opportunities.closed_date
        ) as left_date
    from moves
    inner join opportunities on moves.opportunity_id = opportunities.opportunity_id
),

-- Counted by whole days first: all stays up to a month are read again for each month.
counted as (
    select
        opportunity_stage,
        {{ month_start('left_date') }} as left_month,
        {{ days_between('entered_date', 'left_date') }} as stay_days,
        count(*) as stay_count
    from stays
    where is_in_pipeline and left_date >= entered_date
    group by opportunity_stage, {{ month_start('left_date') }}, {{ days_between('entered_date', 'left_date') }}
),

so_far as (
    select
        months.month_start_date,
        counted.opportunity_stage,
        counted.stay_days,
        sum(counted.stay_count) as stay_count
    from months
    inner join counted on months.month_start_date >= counted.left_month
    group by months.month_start_date, counted.opportunity_stage, counted.stay_days
),

ranked as (
    select
        *,
        sum(stay_count) over (partition by month_start_date, opportunity_stage) as stays,
        sum(stay_count) over (
            partition by month_start_date, opportunity_stage order by stay_days
            rows between unbounded preceding and current row
        ) as stays_up_to
    from so_far
),

-- Places of the sorted stays, counted from 0: the median lies on or between two, nine in ten at 0.9 x (stays - 1).
placed as (
    select
        month_start_date,
        opportunity_stage,
        max(stays) as stays,
        min(stay_days) filter (where 2 * stays_up_to >= stays) + min(stay_days) filter (where 2 * stays_up_to > stays)
            as twice_median_days,
        min(stay_days) filter (where stays_up_to > {{ integer_divide('9 * (stays - 1)', '10') }}) as below_p90_days,
        min(stay_days) filter (where stays_up_to > {{ integer_divide('9 * (stays - 1) + 9', '10') }}) as above_p90_days
    from ranked
    group by month_start_date, opportunity_stage
),

limits as (
    select
        month_start_date,
        opportunity_stage,
        cast(stays as bigint) as completed_stay_count,
        cast(
            case
                when stays < 30 then twice_median_days
                else below_p90_days + {{ integer_divide('(above_p90_days - below_p90_days) * ((9 * (stays - 1)) % 10)', '10') }}
            end as bigint
        ) as stalled_after_days
    from placed
)

select * from limits
