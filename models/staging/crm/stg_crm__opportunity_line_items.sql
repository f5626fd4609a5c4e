with

raw_opportunity_line_items as (
    select * from {{ raw('crm', 'opportunity_line_items') }}
),

opportunity_line_items as (
    select
        {{ crm_id('id') }} as line_item_id,
        {{ crm_id('opportunity_id') }} as opportunity_id,
        name as product_name,
        {{ id_problem(['id', 'opportunity_id']) }} as id_problem,
        quantity,
        unit_price,
        coalesce(total_price, cast(quantity * unit_price as decimal(18, 4))) as total_price
    from raw_opportunity_line_items
    where not coalesce(is_deleted, false)
)

select * from opportunity_line_items
