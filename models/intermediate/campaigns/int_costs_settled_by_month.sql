with costs as (
    select * from {{ ref('int_costs_ranked') }}
    where cost_status <> 'parked'
),

days as (
    select
        cost_id,
        cost_minor,
        {{ days_between('start_date', 'end_date') }} + 1 as total_day_count,
        {{ each_day('start_date', 'end_date') }} as spend_date
    from costs
),

months as (
    select
        cost_id,
        {{ month_start('spend_date') }} as month_start_date,
        cost_minor,
        total_day_count,
        count(*) as day_count,
        {{ wide_integer('abs(cost_minor)') }} * count(*) as parts
    from days
    group by cost_id, {{ month_start('spend_date') }}, cost_minor, total_day_count
),

shared as (
    select
        cost_id,
        month_start_date,
        cost_minor,
        day_count,
        {{ integer_divide('parts', 'total_day_count') }} as whole_minor,
        parts % total_day_count as left_parts
    from months
),

ordered as (
    select
        cost_id,
        month_start_date,
        cost_minor,
        day_count,
        whole_minor,
        abs(cost_minor) - sum(whole_minor) over (partition by cost_id) as leftover_minor,
        row_number() over (
            partition by cost_id
            order by left_parts desc, day_count desc, month_start_date asc
        ) as remainder_rank
    from shared
),

costs_settled_by_month as (
    select
        cost_id,
        month_start_date,
        day_count,
        cast(
            case when cost_minor < 0 then -1 else 1 end
            * (whole_minor + case when remainder_rank <= leftover_minor then 1 else 0 end)
            as bigint
        ) as cost_minor
    from ordered
)

select * from costs_settled_by_month
