-- Who has touches: the leads and contacts that responses, roles and activities point to, there or not.
with campaign_members as (
    select * from {{ ref('stg_crm__campaign_members') }}
),

contact_roles as (
    select * from {{ ref('stg_crm__opportunity_contact_roles') }}
),

activities as (
    select * from {{ ref('int_activities_gathered') }}
),

-- a task points to a lead or a contact and does not say to which; the first three characters of a Salesforce id do
referred_to as (
    select
        'lead' as record_type,
        lead_id as record_id
    from campaign_members
    where lead_id is not null
    union
    select
        'contact' as record_type,
        contact_id as record_id
    from campaign_members
    where contact_id is not null
    union
    select
        'contact' as record_type,
        contact_id as record_id
    from contact_roles
    where contact_id is not null
    union
    select
        case when length(who_id) = 18 and who_id like '003%' then 'contact' else 'lead' end as record_type,
        who_id as record_id
    from activities
    where who_id is not null
)

select
    record_type,
    record_id
from referred_to
