with

raw_conversion_rates as (
    select * from {{ raw('crm', 'conversion_rates') }}
),

conversion_rates as (
    select
        {{ crm_id('id') }} as conversion_rate_id,
        upper(iso_code) as currency_code,
        start_date as valid_from_date,
        next_start_date as valid_until_date,
        conversion_rate as units_per_corporate_unit
    from raw_conversion_rates
)

select * from conversion_rates
