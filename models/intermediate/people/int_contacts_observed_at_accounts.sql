-- What tells where a contact worked, and when: the account the lead was converted to, the account that sales logged a
-- call with, the accounts that earlier deliveries gave, and the one of today.
with leads as (
    select * from {{ ref('stg_crm__leads') }}
),

contacts as (
    select * from {{ ref('stg_crm__contacts') }}
),

activities as (
    select * from {{ ref('int_activities_gathered') }}
),

remembered as (
    select * from {{ ref('int_people_records_remembered') }}
    where record_type = 'contact'
),

accounts_merged as (
    select * from {{ ref('int_accounts_merged') }}
),

days_of_data as (
    select * from {{ ref('int_days_of_data') }}
),

observations as (
    select
        converted_contact_id as contact_id,
        converted_account_id as account_id,
        {{ local_midnight('converted_date') }} as observed_at,
        1 as observation_rank
    from leads
    where converted_contact_id is not null
    union all
    -- an activity about a deal is with the account of the deal, whoever took part
    select
        who_id as contact_id,
        account_id,
        touch_at as observed_at,
        2 as observation_rank
    from activities
    where what_id is null
    union all
    select
        record_id as contact_id,
        account_id,
        {{ local_midnight('seen_date') }} as observed_at,
        3 as observation_rank
    from remembered
    union all
    select
        contacts.contact_id,
        contacts.account_id,
        {{ local_midnight('days_of_data.as_of_date') }} as observed_at,
        4 as observation_rank
    from contacts
    cross join days_of_data
),

of_contacts as (
    select
        observations.contact_id,
        accounts_merged.surviving_account_id as account_id,
        observations.observed_at,
        observations.observation_rank
    from observations
    inner join contacts on observations.contact_id = contacts.contact_id
    inner join accounts_merged on observations.account_id = accounts_merged.account_id
),

moved as (
    select contact_id
    from of_contacts
    group by contact_id
    having count(distinct account_id) > 1
),

contacts_observed as (
    select
        of_contacts.contact_id,
        of_contacts.account_id,
        of_contacts.observed_at,
        of_contacts.observation_rank
    from of_contacts
    inner join moved on of_contacts.contact_id = moved.contact_id
)

select * from contacts_observed
