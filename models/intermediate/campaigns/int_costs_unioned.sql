with ad_spend as (
    select * from {{ ref('int_ad_spend_unioned') }}
),

ad_accounts as (
    select * from {{ ref('int_ad_accounts_unioned') }}
),

ad_campaigns as (
    select * from {{ ref('int_ad_campaigns_linked') }}
),

invoices as (
    select * from {{ ref('stg_finance__campaign_costs') }}
),

campaigns as (
    select * from {{ ref('stg_crm__campaigns') }}
),

costs_unioned as (
    select
        ad_spend.ad_platform || ':' || ad_spend.ad_campaign_id || ':' || coalesce(ad_spend.ad_account_id, '')
        || ':' || cast(ad_spend.spend_date as string) as cost_id,
        ad_campaigns.campaign_id,
        ad_spend.spend_date,
        ad_spend.spend_date as start_date,
        ad_spend.spend_date as end_date,
        'ad_platform' as cost_source,
        ad_accounts.currency_code,
        ad_spend.original_amount
    from ad_spend
    left join ad_accounts
        on
            ad_spend.ad_platform = ad_accounts.ad_platform
            and ad_spend.ad_account_id = ad_accounts.ad_account_id
    left join ad_campaigns
        on
            ad_spend.ad_platform = ad_campaigns.ad_platform
            and ad_spend.ad_campaign_id = ad_campaigns.ad_campaign_id
    union all
    select
        'invoice:' || invoices.campaign_cost_id as cost_id,
        campaigns.campaign_id,  -- money paid for a campaign that the CRM lost is spent on no campaign
        invoices.invoice_date as spend_date,
        coalesce(invoices.service_start_date, invoices.service_end_date, invoices.invoice_date) as start_date,
        coalesce(invoices.service_end_date, invoices.service_start_date, invoices.invoice_date) as end_date,
        'invoice' as cost_source,
        invoices.currency_code,
        invoices.amount as original_amount
    from invoices
    left join campaigns on invoices.campaign_id = campaigns.campaign_id
    union all
    select
        'crm_actual:' || campaign_id as cost_id,
        campaign_id,
        start_date as spend_date,
        start_date,
        end_date,
        'crm_actual' as cost_source,
        currency_code,
        actual_cost as original_amount
    from campaigns
    where actual_cost <> 0
    union all
    select
        'budget:' || campaign_id as cost_id,
        campaign_id,
        start_date as spend_date,
        start_date,
        end_date,
        'budget' as cost_source,
        currency_code,
        budgeted_cost as original_amount
    from campaigns
    where budgeted_cost <> 0
)

select * from costs_unioned
