with

raw_campaign_costs as (
    select * from {{ raw('finance', 'campaign_costs') }}
),

campaign_costs as (
    select
        {{ raw_row_key('finance', 'campaign_costs') }} as campaign_cost_id,
        {{ crm_id('campaign_id') }} as campaign_id,
        invoice_date,
        service_start_date,
        service_end_date,
        {{ without_emails('vendor') }} as vendor_name,
        upper(currency_iso_code) as currency_code,
        amount
    from raw_campaign_costs
)

select * from campaign_costs
