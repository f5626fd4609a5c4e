-- What was received and is in no cost: rows that gave way, that the source deleted, or that cannot be used.
with rows_set_aside as (
    select * from {{ ref('int_source_rows_set_aside') }}
    where source_table in ('campaign_days', 'ad_days', 'campaign_costs')
),

linkedin_campaigns as (
    select * from {{ ref('stg_linkedin_ads__campaigns') }}
),

ad_accounts as (
    select * from {{ ref('int_ad_accounts_unioned') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

rates as (
    select * from {{ ref('int_conversion_rates_dated') }}
),

stated as (
    select
        rows_set_aside.source_system || '.' || rows_set_aside.source_table || ':' || coalesce(rows_set_aside.row_key, '')
        || '#' || cast(row_number() over (
            partition by rows_set_aside.source_system, rows_set_aside.source_table, rows_set_aside.row_key
            order by
                rows_set_aside.row_outcome, rows_set_aside.row_problem, rows_set_aside.cost_day,
                rows_set_aside.cost_amount, rows_set_aside.cost_account, rows_set_aside.cost_currency
        ) as string) as cost_row_id,
        case when rows_set_aside.source_system = 'finance' then 'invoice' else 'ad_platform' end as cost_source,
        coalesce(rows_set_aside.row_problem, rows_set_aside.row_outcome) as unused_reason,
        rows_set_aside.cost_day as spend_date,
        coalesce(upper(rows_set_aside.cost_currency), ad_accounts.currency_code) as currency_code,
        coalesce(
            upper(rows_set_aside.cost_currency),
            ad_accounts.currency_code,
            (
                select max(rates.currency_code)
                from rates
                where rates.is_only_currency
            )
        ) as currency_counted_in,
        rows_set_aside.cost_amount as original_amount
    from rows_set_aside
    left join linkedin_campaigns
        on
            rows_set_aside.source_system = 'linkedin_ads'
            and rows_set_aside.cost_account = linkedin_campaigns.ad_campaign_id
    left join ad_accounts
        on
            rows_set_aside.source_system = ad_accounts.ad_platform
            and coalesce(linkedin_campaigns.ad_account_id, rows_set_aside.cost_account) = ad_accounts.ad_account_id
),

costs_not_used as (
    select
        stated.cost_row_id,
        stated.cost_source,
        stated.unused_reason,
        stated.spend_date,
        stated.currency_code,
        stated.original_amount,
        case
            when currencies.currency_code is not null
                then
                    {{ settled_minor_units(
                        'stated.original_amount', reporting_minor_units(),
                        'rates.to_rate_billionths', 'rates.from_rate_billionths',
                    ) }}
        end as cost_minor
    from stated
    left join currencies on stated.currency_counted_in = currencies.currency_code
    left join rates
        on
            stated.currency_counted_in = rates.currency_code
            and coalesce(stated.spend_date, date '9999-12-30') >= rates.valid_from_date
            and coalesce(stated.spend_date, date '9999-12-30') < rates.valid_until_date
)

select * from costs_not_used
