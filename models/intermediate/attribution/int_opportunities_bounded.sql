-- Windows and cut-offs live here: what comes after only compares with these columns.
with opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
    where exclusion_reason is null
),

people as (
    select
        person_id,
        created_at
    from {{ ref('int_people_unified') }}
),

people_of_accounts as (
    select
        person_id,
        account_id
    from {{ ref('int_people_matched_to_accounts') }}
    where account_id is not null and '{{ setting("attribution_population") }}' = 'account'
),

people_of_opportunities as (
    select
        opportunity_id,
        person_id
    from {{ ref('int_people_placed_on_opportunities') }}
),

first_person_of_account as (
    select
        people_of_accounts.account_id,
        min(people.created_at) as created_at
    from people_of_accounts
    inner join people on people_of_accounts.person_id = people.person_id
    group by people_of_accounts.account_id
),

first_person_of_opportunity as (
    select
        people_of_opportunities.opportunity_id,
        min(people.created_at) as created_at
    from people_of_opportunities
    inner join people on people_of_opportunities.person_id = people.person_id
    group by people_of_opportunities.opportunity_id
),

bounded as (
    select
        opportunities.opportunity_id,
        opportunities.account_id,
        opportunities.campaign_id as primary_campaign_id,
        opportunities.created_at,
        opportunities.created_date,
        case when opportunities.is_won then opportunities.closed_date end as won_date,
        opportunities.journey_starts_date,
        least(first_person_of_account.created_at, first_person_of_opportunity.created_at)
        + interval '{{ setting("lead_creation_grace_minutes") }}' minute as lead_until_at,
        opportunities.amount_minor
    from opportunities
    left join first_person_of_account on opportunities.account_id = first_person_of_account.account_id
    left join first_person_of_opportunity
        on opportunities.opportunity_id = first_person_of_opportunity.opportunity_id
)

select * from bounded
