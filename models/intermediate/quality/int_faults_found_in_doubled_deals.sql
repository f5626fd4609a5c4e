-- Deals that are none (F42): excluded, or they look like a second entry of another one, split or registered by a partner
-- and by sales.
with opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
    where original_amount_minor > 0
),

sorted_by_kind as (
    select * from {{ ref('int_opportunities_sorted_by_kind') }}
),

compared as (
    select
        opportunity_id,
        {{ days_between('lag(created_date) over same_deal', 'created_date') }} as days_since_the_other
    from opportunities
    window
        same_deal as (
            partition by account_id, business_kind, original_currency_code, original_amount_minor
            order by created_date, opportunity_id
        )
),

faults_found as (
    select
        'F42' as fault_id,
        'crm' as source_system,
        'opportunities' as source_table,
        opportunity_id as row_key,
        'another deal of the account has its amount' as fault_detail
    from compared
    where days_since_the_other <= {{ fault_limit('F42') }}
    union all
    select
        'F42' as fault_id,
        'crm' as source_system,
        'opportunities' as source_table,
        opportunity_id as row_key,
        'excluded: ' || exclusion_reason as fault_detail
    from sorted_by_kind
    where exclusion_reason <> business_kind
)

select * from faults_found
