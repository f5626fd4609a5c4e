with opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
),

opportunities_linked as (
    select * from {{ ref('int_opportunities_linked_to_people') }}
    where is_primary
),

-- A person whose record names no source was still first seen when the record was created.
people as (
    select
        person_id,
        original_lead_source,
        {{ local_date('coalesce(original_source_seen_at, created_at)') }} as first_seen_date
    from {{ ref('int_people_unified') }}
),

cycles as (
    select * from {{ ref('lead_cycles') }}
),

days_to_close as (
    select
        opportunities.opportunity_id,
        opportunities.account_id,
        opportunities_linked.person_id,
        cycles.lead_cycle_id,
        people.first_seen_date,
        cycles.inquiry_date,
        opportunities.created_date,
        opportunities.closed_date as won_date,
        {{ month_start('opportunities.closed_date') }} as won_month_start_date,
        opportunities.business_kind,
        coalesce(people.original_lead_source, '(none)') as original_lead_source,
        coalesce(opportunities_linked.link_method, 'nobody') as link_method,
        coalesce(opportunities.closed_date < people.first_seen_date, false) as is_won_before_first_seen,
        {{ days_passed('people.first_seen_date', 'opportunities.closed_date') }} as days_from_first_seen,
        {{ days_passed('cycles.inquiry_date', 'opportunities.closed_date') }} as days_from_inquiry,
        {{ days_passed('opportunities.created_date', 'opportunities.closed_date') }} as days_from_creation
    from opportunities
    left join opportunities_linked on opportunities.opportunity_id = opportunities_linked.opportunity_id
    left join people on opportunities_linked.person_id = people.person_id
    left join cycles on opportunities.opportunity_id = cycles.opportunity_id
    where
        opportunities.is_won
        and (opportunities.exclusion_reason is null or opportunities.exclusion_reason = opportunities.amount_problem)
)

select * from days_to_close
