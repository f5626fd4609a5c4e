with

raw_opportunities as (
    select * from {{ raw('crm', 'opportunities') }}
),

opportunities as (
    select
        {{ crm_id('id') }} as opportunity_id,
        {{ crm_id('account_id') }} as account_id,
        {{ crm_id('campaign_id') }} as campaign_id,
        {{ crm_id('owner_id') }} as owner_id,
        {{ crm_id('sdr_id') }} as sdr_id,
        created_date as created_at,
        system_modstamp as touched_at,
        close_date,
        {{ without_emails('name') }} as opportunity_name,
        type as opportunity_type,
        stage_name,
        {{ without_emails('lead_source') }} as lead_source,
        upper(currency_iso_code) as currency_code,
        coalesce(currency_iso_code <> upper(currency_iso_code), false) as is_currency_respelled,
        {{ id_problem(['id', 'account_id', 'campaign_id', 'owner_id', 'sdr_id']) }} as id_problem,
        probability,
        is_closed,
        is_won,
        amount
    from raw_opportunities
    where not coalesce(is_deleted, false)
)

select * from opportunities
