with days_of_data as (
    select * from {{ ref('int_days_of_data') }}
),

-- whole years, from the one before the first record (visits and first contacts precede it) to the one after the
-- last or the day of the report (expected closes and the plan follow it)
listed as (
    select
        {{ each_day(
            "cast(date_trunc('year', first_date) - interval 1 year as date)",
            "cast(date_trunc('year', greatest(last_date, as_of_date)) + interval 2 year - interval 1 day as date)",
        ) }} as date_day
    from days_of_data
    where first_date is not null
),

fiscal_quarters as (
    select
        fiscal_quarter_start_date,
        fiscal_year_start_date,
        coalesce(
            lead(fiscal_quarter_start_date) over (order by fiscal_quarter_start_date),
            cast(fiscal_quarter_start_date + interval 13 week as date)
        ) as next_start_date
    from {{ ref('fiscal_quarters') }}
),

-- a calendar that finance has written down counts where it says something
days as (
    select
        listed.date_day,
        {{ month_start('listed.date_day') }} as month_start_date,
        {{ quarter_start('listed.date_day') }} as quarter_start_date,
        case
            when extract(month from listed.date_day) <= 6 then {{ year_start('listed.date_day') }}
            else cast({{ year_start('listed.date_day') }} + interval 6 month as date)
        end as half_year_start_date,
        {{ year_start('listed.date_day') }} as year_start_date,
        coalesce(fiscal_quarters.fiscal_quarter_start_date, {{ fiscal_quarter_start('listed.date_day') }}) as fiscal_quarter_start_date,
        coalesce(fiscal_quarters.fiscal_year_start_date, {{ fiscal_year_start('listed.date_day') }}) as fiscal_year_start_date,
        listed.date_day <= {{ as_of_date() }} as is_past
    from listed
    left join fiscal_quarters
        on
            listed.date_day >= fiscal_quarters.fiscal_quarter_start_date
            and listed.date_day < fiscal_quarters.next_start_date
)

select * from days
