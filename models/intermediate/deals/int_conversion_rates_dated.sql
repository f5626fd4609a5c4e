with conversion_rates as (
    select * from {{ ref('stg_crm__conversion_rates') }}
),

-- A rate holds until the next one of its currency starts: gaps keep the latest prior rate, overlaps end early.
ranges as (
    select
        currency_code,
        valid_from_date,
        {{ billionths('max(units_per_corporate_unit)') }} as units_billionths,
        lead(valid_from_date) over (partition by currency_code order by valid_from_date) as valid_until_date
    from conversion_rates
    where units_per_corporate_unit > 0
    group by currency_code, valid_from_date
),

-- The corporate currency is listed with the rate one, or not at all.
corporate as (
    select currency_code
    from ranges
    group by currency_code
    having
        min(units_billionths) = {{ billionths(1) }}
        and max(units_billionths) = {{ billionths(1) }}
),

-- A reporting currency without rates of its own is the corporate currency (one unit is one unit, always), unless
-- another one is listed as that: then nothing is known of it, and amounts in other currencies have no rate.
reporting_ranges as (
    select
        valid_from_date,
        valid_until_date,
        units_billionths
    from ranges
    where currency_code = {{ reporting_currency() }}
    union all
    select
        date '0001-01-01' as valid_from_date,
        cast(null as date) as valid_until_date,
        {{ billionths(1) }} as units_billionths
    from (
        -- count(*), as count_if over no rows is null
        select count(*) filter (where currency_code = {{ reporting_currency() }}) as rate_count
        from ranges
    ) as reporting
    where
        rate_count = 0
        and not exists (select 1 from corporate)
),

overlapping as (
    select
        ranges.currency_code,
        greatest(ranges.valid_from_date, reporting_ranges.valid_from_date) as valid_from_date,
        least(
            coalesce(ranges.valid_until_date, date '9999-12-31'),
            coalesce(reporting_ranges.valid_until_date, date '9999-12-31')
        ) as valid_until_date,
        ranges.units_billionths as from_rate_billionths,
        reporting_ranges.units_billionths as to_rate_billionths,
        false as is_only_currency
    from ranges
    cross join reporting_ranges
    where ranges.currency_code <> {{ reporting_currency() }}
),

itself as (
    select
        {{ reporting_currency() }} as currency_code,
        date '0001-01-01' as valid_from_date,
        date '9999-12-31' as valid_until_date,
        {{ billionths(1) }} as from_rate_billionths,
        {{ billionths(1) }} as to_rate_billionths,
        count(*) = 0 as is_only_currency
    from conversion_rates
),

dated as (
    select
        currency_code,
        valid_from_date,
        valid_until_date,
        cast(from_rate_billionths as bigint) as from_rate_billionths,
        cast(to_rate_billionths as bigint) as to_rate_billionths,
        is_only_currency
    from overlapping
    where valid_from_date < valid_until_date
    union all
    select
        currency_code,
        valid_from_date,
        valid_until_date,
        cast(from_rate_billionths as bigint) as from_rate_billionths,
        cast(to_rate_billionths as bigint) as to_rate_billionths,
        is_only_currency
    from itself
)

select * from dated
