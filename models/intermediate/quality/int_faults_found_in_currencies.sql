with opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
),

valued as (
    select * from {{ ref('int_opportunities_valued') }}
),

costs as (
    select * from {{ ref('int_costs_gathered') }}
    where cost_source <> 'ad_platform'
),

ad_accounts as (
    select * from {{ ref('int_ad_accounts_unioned') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

rates as (
    select distinct currency_code
    from {{ ref('int_conversion_rates_dated') }}
),

stated as (
    select
        'crm' as source_system,
        'opportunities' as source_table,
        valued.opportunity_id as row_key,
        valued.currency_code,
        opportunities.is_currency_respelled
    from valued
    inner join opportunities on valued.opportunity_id = opportunities.opportunity_id
    union all
    select
        case cost_source when 'invoice' then 'finance' else 'crm' end as source_system,
        case cost_source when 'invoice' then 'campaign_costs' else 'campaigns' end as source_table,
        substr(cost_id, length(cost_source) + 2) as row_key,
        currency_code,
        false as is_currency_respelled
    from costs
    union all
    select
        ad_platform as source_system,
        'accounts' as source_table,
        ad_account_id as row_key,
        currency_code,
        false as is_currency_respelled
    from ad_accounts
),

judged as (
    select
        stated.source_system,
        stated.source_table,
        stated.row_key,
        case
            when stated.currency_code is null then 'no currency'
            when currencies.currency_code is null then 'unknown currency ' || stated.currency_code
            when rates.currency_code is null then 'no rate of ' || stated.currency_code
            when stated.is_currency_respelled then 'currency in small letters'
        end as fault_detail
    from stated
    left join currencies on stated.currency_code = currencies.currency_code
    left join rates on stated.currency_code = rates.currency_code
),

faults_found as (
    select
        'F14' as fault_id,
        source_system,
        source_table,
        row_key,
        fault_detail
    from judged
    where fault_detail is not null
)

select * from faults_found
