-- Every cost that a source states is used, superseded or parked, to the cent and to the piece.
with spend_reconciliation as (
    select * from {{ ref('spend_reconciliation_by_month') }}
),

costs as (
    select * from {{ ref('int_costs_unioned') }}
),

wrong_lines as (
    select
        cost_source,
        month_start_date,
        'a difference' as fault
    from spend_reconciliation
    where
        line_item = 'difference'
        and (cost_amount <> 0 or cost_count <> 0)
),

sources_without_lines as (
    select distinct
        costs.cost_source,
        {{ month_start('costs.spend_date') }} as month_start_date,
        'nothing was checked' as fault
    from costs
    left join spend_reconciliation
        on
            costs.cost_source = spend_reconciliation.cost_source
            and {{ month_start('costs.spend_date') }} is not distinct from spend_reconciliation.month_start_date
            and spend_reconciliation.line_item = 'difference'
    where spend_reconciliation.line_item is null
)

select * from wrong_lines
union all
select * from sources_without_lines
