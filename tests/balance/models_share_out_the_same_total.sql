-- The roll-up of all models: in each month and scope every model shares out the same amount and the same deals.
with totals as (
    select
        month_start_date,
        attribution_scope,
        attribution_model,
        sum(credited_amount) as amount,
        sum(credited_deal_count) as deal_count
    from {{ ref('model_credits_by_month') }}
    group by month_start_date, attribution_scope, attribution_model
)

select
    cast(month_start_date as string) as found,
    attribution_scope
from totals
group by month_start_date, attribution_scope
having
    min(amount) <> max(amount)
    or min(deal_count) <> max(deal_count)
    or count(*) <> (select count(*) from {{ ref('attribution_models') }})
union all
select
    'no month to check' as found,
    'none' as attribution_scope
where (select count(*) from totals) = 0 and '{{ setting("raw_data") }}' = 'sample'
