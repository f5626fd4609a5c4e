with costs as (
    select * from {{ ref('int_costs_ranked') }}
    where cost_status <> 'parked'
),

months as (
    select * from {{ ref('int_costs_settled_by_month') }}
),

days as (
    select
        cost_id,
        campaign_id,
        cost_source,
        cost_status,
        cost_reason,
        is_estimated,
        {{ each_day('start_date', 'end_date') }} as spend_date
    from costs
),

spread as (  -- even in the month; its first days take the minor units that are left over
    select
        days.cost_id,
        days.campaign_id,
        days.spend_date,
        months.month_start_date,
        days.cost_source,
        days.cost_status,
        days.cost_reason,
        days.is_estimated,
        case when months.cost_minor < 0 then -1 else 1 end
        * (
            {{ integer_divide('abs(months.cost_minor)', 'months.day_count') }}
            + case
                when
                    row_number() over (
                        partition by days.cost_id, months.month_start_date
                        order by days.spend_date
                    ) <= abs(months.cost_minor) % months.day_count
                    then 1
                else 0
            end
        ) as cost_minor
    from days
    inner join months
        on
            days.cost_id = months.cost_id
            and {{ month_start('days.spend_date') }} = months.month_start_date
),

mirrored as (
    select
        *,
        cost_source = 'invoice'
        and campaign_id is not null
        and bool_or(cost_source = 'ad_platform' and cost_minor <> 0) over (
            partition by campaign_id, month_start_date
        ) as is_mirror_of_ad_spend
    from spread
),

costs_spread_by_day as (
    select
        cost_id,
        campaign_id,
        spend_date,
        month_start_date,
        cost_source,
        case when is_mirror_of_ad_spend then 'superseded' else cost_status end as cost_status,
        case when is_mirror_of_ad_spend then 'ad platform spend counts instead' else cost_reason end as cost_reason,
        is_estimated,
        cast(cost_minor as bigint) as cost_minor
    from mirrored
)

select * from costs_spread_by_day
