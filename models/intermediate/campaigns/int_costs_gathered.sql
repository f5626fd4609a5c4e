with costs as (
    select * from {{ ref('int_costs_unioned') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

rates as (
    select * from {{ ref('int_conversion_rates_dated') }}
),

stated as (
    select
        cost_id,
        campaign_id,
        spend_date,
        start_date,
        end_date,
        cost_source,
        coalesce(
            currency_code,
            (
                select max(rates.currency_code)
                from rates
                where rates.is_only_currency
            )
        ) as currency_code,
        original_amount
    from costs
),

converted as (
    select
        stated.*,
        case
            when currencies.currency_code is not null
                then
                    {{ settled_minor_units(
                        'stated.original_amount', reporting_minor_units(),
                        'rates.to_rate_billionths', 'rates.from_rate_billionths',
                    ) }}
        end as cost_minor,
        case
            when stated.start_date is null or stated.end_date is null then 'no start or end date'
            when stated.end_date < stated.start_date then 'ends before it starts'
            -- 9999-12-31 stands for "no end"; a cost for more than ten years is no cost of a day
            when {{ days_between('stated.start_date', 'stated.end_date') }} > 3652 then 'longer than ten years'
            when stated.currency_code is null then 'currency missing'
            when currencies.currency_code is null then 'currency unknown'
            when rates.currency_code is null then 'no conversion rate'
        end as parked_reason
    from stated
    left join currencies on stated.currency_code = currencies.currency_code
    left join rates
        on
            stated.currency_code = rates.currency_code
            and coalesce(stated.spend_date, date '9999-12-30') >= rates.valid_from_date
            and coalesce(stated.spend_date, date '9999-12-30') < rates.valid_until_date
),

costs_gathered as (
    select
        cost_id,
        campaign_id,
        spend_date,
        start_date,
        end_date,
        cost_source,
        parked_reason,
        currency_code,
        original_amount,
        cost_minor
    from converted
)

select * from costs_gathered
