-- A second path to the money: it shares with the first only what the sources state and how cents are rounded.
with stated as (
    select * from {{ ref('int_amounts_stated') }}
),

conversion_rates as (
    select * from {{ ref('stg_crm__conversion_rates') }}
    where units_per_corporate_unit > 0
),

currencies as (
    select * from {{ ref('currencies') }}
),

listed_at_one as (
    select currency_code
    from conversion_rates
    group by currency_code
    having min(units_per_corporate_unit) = 1 and max(units_per_corporate_unit) = 1
),

-- A reporting currency without rates is the corporate one, unless another currency is listed as that.
company as (
    select
        count(*) = 0 as has_no_rates,
        count(*) filter (where currency_code = {{ reporting_currency() }}) = 0
        and (select count(*) from listed_at_one) = 0 as reports_in_corporate_currency
    from conversion_rates
),

rate_days as (
    select distinct
        currency_code,
        rate_date
    from stated
),

rates_looked_up as (  -- the latest rate on or before the day, of the currency and of the one reported in
    select
        rate_days.currency_code,
        rate_days.rate_date,
        max_by(conversion_rates.units_per_corporate_unit, conversion_rates.valid_from_date)
        filter (where conversion_rates.currency_code = rate_days.currency_code) as from_rate,
        max_by(conversion_rates.units_per_corporate_unit, conversion_rates.valid_from_date)
        filter (where conversion_rates.currency_code = {{ reporting_currency() }}) as to_rate
    from rate_days
    left join conversion_rates
        on
            conversion_rates.valid_from_date <= coalesce(rate_days.rate_date, date '9999-12-30')
            and conversion_rates.currency_code in (rate_days.currency_code, {{ reporting_currency() }})
    group by rate_days.currency_code, rate_days.rate_date
),

amounts_recounted as (
    select
        stated.amount_kind,
        stated.amount_id,
        case
            when
                stated.currency_code = {{ reporting_currency() }}
                or (stated.currency_code is null and company.has_no_rates)
                then {{ settled_minor_units('stated.amount', reporting_minor_units()) }}
            when currencies.currency_code is not null
                then
                    {{ settled_minor_units(
                        'stated.amount', reporting_minor_units(),
                        billionths('coalesce(rates_looked_up.to_rate, case when company.reports_in_corporate_currency then 1 end)'),
                        billionths('rates_looked_up.from_rate'),
                    ) }}
        end as amount_minor
    from stated
    cross join company
    inner join rates_looked_up
        on
            stated.currency_code is not distinct from rates_looked_up.currency_code
            and stated.rate_date is not distinct from rates_looked_up.rate_date
    left join currencies on stated.currency_code = currencies.currency_code
)

select * from amounts_recounted
