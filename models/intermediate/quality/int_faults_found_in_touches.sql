-- Responses of the day a deal was created (F07), activities a machine logged (F40), contacts who moved (F11).
with responses as (
    select * from {{ ref('int_responses_linked_to_people') }}
),

people_dated_by_account as (
    select * from {{ ref('int_people_dated_by_account') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
),

activities as (
    select * from {{ ref('int_touches_from_activities') }}
    where not is_human_activity
),

observed as (
    select * from {{ ref('int_contacts_observed_at_accounts') }}
),

creations as (
    select
        account_id,
        created_date
    from opportunities
    group by
        account_id,
        created_date
),

found as (
    select
        'F07' as fault_id,
        'campaign_members' as source_table,
        responses.campaign_member_id as row_key,
        'a deal of the account was created on its day' as fault_detail
    from responses
    inner join people_dated_by_account
        on
            responses.person_id = people_dated_by_account.person_id
            and {{ local_midnight('responses.touch_date') }} >= people_dated_by_account.valid_from_at
            and {{ local_midnight('responses.touch_date') }} < people_dated_by_account.valid_until_at
    inner join creations
        on
            people_dated_by_account.account_id = creations.account_id
            and responses.touch_date = creations.created_date
    union all
    select
        'F40' as fault_id,
        case when touch_id like 'crm:task:%' then 'tasks' else 'events' end as source_table,
        activity_id as row_key,
        'logged as ' || source as fault_detail
    from activities
    union all
    select
        'F11' as fault_id,
        'contacts' as source_table,
        contact_id as row_key,
        'seen at ' || cast(count(distinct account_id) as string) || ' accounts' as fault_detail
    from observed
    group by contact_id
),

faults_found as (
    select
        fault_id,
        'crm' as source_system,
        source_table,
        row_key,
        fault_detail
    from found
)

select * from faults_found
