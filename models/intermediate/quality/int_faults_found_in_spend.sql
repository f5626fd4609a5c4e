-- Ad cost out of proportion to its clicks (F29; restated days are found among the deliveries), and accounts of another
-- currency or time zone than the reports (F30).
with ad_days as (
    select * from {{ ref('int_ad_days_priced') }}
),

ad_accounts as (
    select * from {{ ref('int_ad_accounts_unioned') }}
),

faults_found as (
    select
        'F29' as fault_id,
        ad_platform as source_system,
        source_table,
        row_key,
        'cost out of proportion to its clicks' as fault_detail
    from ad_days
    where price_ratio >= {{ fault_limit('F29') }} or price_ratio * {{ fault_limit('F29') }} <= 1
    union all
    select
        'F30' as fault_id,
        ad_platform as source_system,
        'accounts' as source_table,
        ad_account_id as row_key,
        concat_ws(
            ', ',
            case when currency_code <> {{ reporting_currency() }} then 'billed in ' || currency_code end,
            case when time_zone <> '{{ setting("reporting_time_zone") }}' then 'days of ' || time_zone end
        ) as fault_detail
    from ad_accounts
    where currency_code <> {{ reporting_currency() }} or time_zone <> '{{ setting("reporting_time_zone") }}'
)

select * from faults_found
