with

raw_campaigns as (
    select * from {{ raw('crm', 'campaigns') }}
),

campaigns as (
    select
        {{ crm_id('id') }} as campaign_id,
        {{ crm_id('parent_id') }} as parent_campaign_id,
        {{ crm_id('owner_id') }} as owner_id,
        start_date,
        end_date,
        {{ without_emails('name') }} as campaign_name,
        type as campaign_type,
        status as campaign_status,
        {{ without_emails('offer') }} as offer_name,
        {{ utm_value(utm_spelling('utm_campaign')) }} as utm_campaign,
        upper(currency_iso_code) as currency_code,
        {{ id_problem(['id', 'parent_id', 'owner_id']) }} as id_problem,
        coalesce(is_active, false) as is_active,
        budgeted_cost,
        nullif(actual_cost, 0) as actual_cost
    from raw_campaigns
    where not coalesce(is_deleted, false)
)

select * from campaigns
