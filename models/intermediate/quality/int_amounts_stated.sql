with opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
),

line_items as (
    select * from {{ ref('stg_crm__opportunity_line_items') }}
),

costs as (
    select * from {{ ref('int_costs_unioned') }}
),

costs_not_used as (
    select * from {{ ref('int_costs_not_used') }}
),

line_item_totals as (
    select
        opportunity_id,
        sum(total_price) as amount
    from line_items
    group by opportunity_id
),

amounts_stated as (
    select
        'deal' as amount_kind,
        opportunities.opportunity_id as amount_id,
        opportunities.currency_code,
        coalesce(opportunities.close_date, {{ local_date('opportunities.created_at') }}) as rate_date,
        coalesce(opportunities.amount, line_item_totals.amount) as amount
    from opportunities
    left join line_item_totals on opportunities.opportunity_id = line_item_totals.opportunity_id
    union all
    select
        'cost' as amount_kind,
        cost_id as amount_id,
        currency_code,
        spend_date as rate_date,
        original_amount as amount
    from costs
    union all
    select
        'cost not used' as amount_kind,
        cost_row_id as amount_id,
        currency_code,
        spend_date as rate_date,
        original_amount as amount
    from costs_not_used
)

select * from amounts_stated
