with amounts_recounted as (
    select * from {{ ref('int_amounts_recounted') }}
),

costs_unioned as (
    select * from {{ ref('int_costs_unioned') }}
),

costs_ranked as (
    select * from {{ ref('int_costs_ranked') }}
),

cost_days as (
    select * from {{ ref('int_costs_spread_by_day') }}
),

costs_not_used as (
    select * from {{ ref('int_costs_not_used') }}
),

received as (
    select
        'cost' as amount_kind,
        cost_id as amount_id,
        spend_date,
        cost_source
    from costs_unioned
    union all
    select
        'cost not used' as amount_kind,
        cost_row_id as amount_id,
        spend_date,
        cost_source
    from costs_not_used
),

source_lines as (
    select
        received.spend_date,
        received.cost_source,
        1 as line_rank,
        'received' as line_item,
        coalesce(amounts_recounted.amount_minor, 0) as cost_minor,
        1 as cost_count
    from received
    left join amounts_recounted
        on
            received.amount_id = amounts_recounted.amount_id
            and received.amount_kind = amounts_recounted.amount_kind
),

part_lines as (
    select
        costs_ranked.spend_date,
        costs_ranked.cost_source,
        case when cost_days.cost_status = 'used' then 2 else 3 end as line_rank,
        coalesce('superseded: ' || cost_days.cost_reason, 'used') as line_item,
        cost_days.cost_minor,
        -- a cost over many days is one cost; it is counted on its first day
        case when cost_days.spend_date = costs_ranked.start_date then 1 else 0 end as cost_count
    from cost_days
    inner join costs_ranked on cost_days.cost_id = costs_ranked.cost_id
    union all
    select
        spend_date,
        cost_source,
        4 as line_rank,
        'parked: ' || cost_reason as line_item,
        coalesce(cost_minor, 0) as cost_minor,
        1 as cost_count
    from costs_ranked
    where cost_status = 'parked'
    union all
    select
        spend_date,
        cost_source,
        5 as line_rank,
        'not used: ' || unused_reason as line_item,
        coalesce(cost_minor, 0) as cost_minor,
        1 as cost_count
    from costs_not_used
),

lines as (
    select * from source_lines
    union all
    select * from part_lines
    union all
    select
        spend_date,
        cost_source,
        6 as line_rank,
        'difference' as line_item,
        cost_minor,
        cost_count
    from source_lines
    union all
    select
        spend_date,
        cost_source,
        6 as line_rank,
        'difference' as line_item,
        -cost_minor as cost_minor,
        -cost_count as cost_count
    from part_lines
),

spend_reconciliation_by_month as (
    select
        {{ month_start('spend_date') }} as month_start_date,
        {{ quarter_start('spend_date') }} as quarter_start_date,
        {{ year_start('spend_date') }} as year_start_date,
        cost_source,
        cast(line_rank as integer) as line_rank,
        line_item,
        {{ reporting_currency() }} as currency_code,
        {{ money('sum(cost_minor)') }} as cost_amount,
        cast(sum(cost_count) as bigint) as cost_count
    from lines
    group by
        {{ month_start('spend_date') }},
        {{ quarter_start('spend_date') }},
        {{ year_start('spend_date') }},
        cost_source,
        line_rank,
        line_item
)

select * from spend_reconciliation_by_month
