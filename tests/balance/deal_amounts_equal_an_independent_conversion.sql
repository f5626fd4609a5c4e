-- The amount once more, from staging, by another way: the rate found by a window instead of ranges, in decimals
-- instead of integers. One minor unit is allowed for the rounding of the decimal quotient.
with opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
),

line_items as (
    select
        opportunity_id,
        sum(total_price) as amount
    from {{ ref('stg_crm__opportunity_line_items') }}
    group by opportunity_id
),

conversion_rates as (
    select * from {{ ref('stg_crm__conversion_rates') }}
),

prepared as (
    select * from {{ ref('int_opportunities_prepared') }}
),

asked as (
    select
        opportunities.opportunity_id,
        coalesce(opportunities.amount, line_items.amount) as amount,
        opportunities.currency_code,
        max_by(from_rates.units_per_corporate_unit, from_rates.valid_from_date) as from_rate,
        max_by(to_rates.units_per_corporate_unit, to_rates.valid_from_date) as to_rate
    from opportunities
    left join line_items on opportunities.opportunity_id = line_items.opportunity_id
    left join conversion_rates as from_rates
        on
            opportunities.currency_code = from_rates.currency_code
            and coalesce(opportunities.close_date, {{ local_date('opportunities.created_at') }})
            >= from_rates.valid_from_date
    left join conversion_rates as to_rates
        on
            to_rates.currency_code = {{ reporting_currency() }}
            and coalesce(opportunities.close_date, {{ local_date('opportunities.created_at') }})
            >= to_rates.valid_from_date
    group by all
),

recomputed as (
    select
        opportunity_id,
        case
            when coalesce(currency_code, {{ reporting_currency() }}) = {{ reporting_currency() }}
                then amount * {{ reporting_minor_units() }}
            else amount * {{ reporting_minor_units() }} * coalesce(to_rate, 1) / nullif(from_rate, 0)
        end as amount_minor
    from asked
)

select
    prepared.opportunity_id,
    prepared.amount_minor,
    recomputed.amount_minor as recomputed_amount_minor
from prepared
left join recomputed on prepared.opportunity_id = recomputed.opportunity_id
where
    prepared.amount_minor is not null
    and coalesce(abs(prepared.amount_minor - recomputed.amount_minor), 999) > 1
union all
-- no amount is wrong where there is no deal
select
    'no deal to check' as opportunity_id,
    null as amount_minor,
    null as recomputed_amount_minor
where (select count(*) from prepared) = 0 and (select count(*) from {{ ref('stg_crm__opportunities') }}) > 0
