with campaign_members as (
    select * from {{ ref('stg_crm__campaign_members') }}
    where has_responded
),

people_linked_from_records as (
    select * from {{ ref('int_people_linked_from_records') }}
),

-- a member keeps its lead after the conversion and gets the contact as well
responses_linked_to_people as (
    select
        campaign_members.campaign_member_id,
        campaign_members.campaign_id,
        coalesce(contacts.person_id, leads.person_id) as person_id,
        coalesce(contacts.person_id, leads.person_id, campaign_members.campaign_member_id) as responder_id,
        campaign_members.created_at,
        coalesce(campaign_members.responded_date, {{ local_date('campaign_members.created_at') }}) as touch_date
    from campaign_members
    left join people_linked_from_records as contacts
        on
            campaign_members.contact_id = contacts.record_id
            and contacts.record_type = 'contact'
    left join people_linked_from_records as leads
        on
            campaign_members.lead_id = leads.record_id
            and leads.record_type = 'lead'
)

select * from responses_linked_to_people
