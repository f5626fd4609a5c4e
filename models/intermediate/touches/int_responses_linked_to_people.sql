with responses as (
    select * from {{ ref('int_responses_gathered') }}
    where has_responded
),

responses_uploaded as (
    select * from {{ ref('int_responses_uploaded') }}
),

people_linked_from_records as (
    select * from {{ ref('int_people_linked_from_records') }}
),

-- what was uploaded in a list, or has no day of its own, happened at the event
responses_dated as (
    select
        responses.*,
        coalesce(
            responses_uploaded.response_id is not null
            or (responses.responded_date is null and responses.created_date >= responses.event_date),
            false
        ) as is_dated_by_event
    from responses
    left join responses_uploaded on responses.response_id = responses_uploaded.response_id
),

-- a member keeps its lead after the conversion and gets the contact as well
responses_linked_to_people as (
    select
        responses_dated.response_id,
        responses_dated.campaign_member_id,
        responses_dated.campaign_id,
        coalesce(contacts.person_id, leads.person_id) as person_id,
        coalesce(contacts.person_id, leads.person_id, responses_dated.campaign_member_id) as responder_id,
        responses_dated.created_at,
        case
            when responses_dated.is_dated_by_event then responses_dated.event_date
            else coalesce(responses_dated.responded_date, responses_dated.created_date)
        end as touch_date,
        responses_dated.is_dated_by_event
    from responses_dated
    left join people_linked_from_records as contacts
        on
            responses_dated.contact_id = contacts.record_id
            and contacts.record_type = 'contact'
    left join people_linked_from_records as leads
        on
            responses_dated.lead_id = leads.record_id
            and leads.record_type = 'lead'
)

select * from responses_linked_to_people
