with opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
),

line_items as (
    select * from {{ ref('stg_crm__opportunity_line_items') }}
),

accounts_merged as (
    select * from {{ ref('int_accounts_merged') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

rates as (
    select * from {{ ref('int_conversion_rates_dated') }}
),

line_item_totals as (
    select
        opportunity_id,
        sum(total_price) as line_item_amount
    from line_items
    group by opportunity_id
),

-- One row: the currency an amount without a currency is in, if the company has only one.
only_currency as (
    select max(currency_code) filter (where is_only_currency) as currency_code
    from rates
),

amounts as (
    select
        opportunities.opportunity_id,
        coalesce(accounts_merged.surviving_account_id, opportunities.account_id) as account_id,
        coalesce(opportunities.currency_code, only_currency.currency_code) as currency_code,
        -- As in Salesforce: the rate of the close date, also for open deals, where it is the expected one.
        coalesce(opportunities.close_date, {{ local_date('opportunities.created_at') }}) as rate_date,
        case
            when opportunities.amount is not null then 'opportunity'
            when line_item_totals.line_item_amount is not null then 'line_items'
            else 'missing'
        end as amount_basis,
        coalesce(opportunities.amount, line_item_totals.line_item_amount) as amount
    from opportunities
    cross join only_currency
    left join line_item_totals on opportunities.opportunity_id = line_item_totals.opportunity_id
    left join accounts_merged on opportunities.account_id = accounts_merged.account_id
),

valued as (
    select
        amounts.opportunity_id,
        amounts.account_id,
        amounts.rate_date,
        amounts.currency_code,
        amounts.amount_basis,
        case
            when amounts.amount is null then 'amount missing'
            when amounts.currency_code is null then 'currency missing'
            when currencies.currency_code is null then 'currency unknown'
            when rates.currency_code is null then 'no conversion rate'
        end as amount_problem,
        rates.from_rate_billionths,
        rates.to_rate_billionths,
        {{ settled_minor_units('amounts.amount', 'currencies.minor_units_per_unit') }} as original_amount_minor,
        case
            when currencies.currency_code is not null
                then
                    {{ settled_minor_units(
                        'amounts.amount', reporting_minor_units(),
                        'rates.to_rate_billionths', 'rates.from_rate_billionths',
                    ) }}
        end as amount_minor
    from amounts
    left join currencies on amounts.currency_code = currencies.currency_code
    left join rates
        on
            amounts.currency_code = rates.currency_code
            and coalesce(amounts.rate_date, date '9999-12-30') >= rates.valid_from_date
            and coalesce(amounts.rate_date, date '9999-12-30') < rates.valid_until_date
)

select * from valued
