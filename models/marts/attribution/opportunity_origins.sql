with opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
),

traced as (
    select * from {{ ref('int_opportunities_traced_to_source') }}
),

lead_sources as (
    select * from {{ ref('lead_sources') }}
),

locked_definitions as (
    select sourced_definition from {{ ref('sourced_definitions') }}
    where is_locked
),

judged as (
    select
        traced.*,
        coalesce(lead_sources.source_owner, 'unsourced') as owner_by_lead_source,
        coalesce(traced.first_touch_owner, 'unsourced') as owner_by_first_touch,
        case
            when traced.first_marketing_position < traced.first_sales_position then 'marketing'
            when traced.first_sales_position is not null then 'sales'
            when traced.first_marketing_position is not null then 'marketing'
            when traced.first_partner_position is not null then 'partner'
            else 'unsourced'
        end as owner_by_pre_sales
    from traced
    left join lead_sources on lower(trim(traced.lead_source)) = lead_sources.lead_source
),

opportunity_origins as (
    select
        opportunities.opportunity_id,
        opportunities.account_id,
        judged.first_touch_id,
        judged.first_person_id,
        judged.first_campaign_id,
        opportunities.created_date,
        opportunities.closed_date,
        opportunities.business_kind,
        opportunities.exclusion_reason,
        judged.lead_source,
        judged.first_touch_channel,
        judged.owner_by_lead_source,
        judged.owner_by_first_touch,
        judged.owner_by_pre_sales,
        locked_definitions.sourced_definition,
        case
            when opportunities.exclusion_reason is not null then 'excluded'
            when not opportunities.counts_as_new_business then 'existing customer'
            when locked_definitions.sourced_definition = 'lead_source' then judged.owner_by_lead_source
            when locked_definitions.sourced_definition = 'pre_sales' then judged.owner_by_pre_sales
            else judged.owner_by_first_touch
        end as sourced_class,
        {{ reporting_currency() }} as currency_code,
        opportunities.is_won,
        judged.owner_by_lead_source = 'marketing' as is_sourced_by_lead_source,
        judged.owner_by_first_touch = 'marketing' as is_sourced_by_first_touch,
        judged.owner_by_pre_sales = 'marketing' as is_sourced_by_pre_sales,
        judged.is_influenced_pipeline,
        judged.is_influenced_revenue,
        {{ money('opportunities.amount_minor') }} as opportunity_amount
    from opportunities
    inner join judged on opportunities.opportunity_id = judged.opportunity_id
    cross join locked_definitions
)

select * from opportunity_origins
