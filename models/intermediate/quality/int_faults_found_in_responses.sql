-- Answers without a day or uploaded after their event (F34), whose flag errs (F35), that the CRM wrote over (F36).
with responses as (
    select * from {{ ref('int_responses_gathered') }}
),

responses_uploaded as (
    select * from {{ ref('int_responses_uploaded') }}
),

found as (
    select
        'F34' as fault_id,
        responses.campaign_member_id as row_key,
        case when responses_uploaded.response_id is null then 'no day of its own' else 'uploaded in a list after the event' end
            as fault_detail
    from responses
    left join responses_uploaded on responses.response_id = responses_uploaded.response_id
    where
        responses_uploaded.response_id is not null
        or (responses.has_responded and responses.responded_date is null)
    union all
    select
        'F35' as fault_id,
        campaign_member_id as row_key,
        case when has_responded then 'a response without its flag' else 'flagged, and its status is no response' end
            as fault_detail
    from responses
    where has_responded <> is_flagged and not is_overwritten
    union all
    select
        'F36' as fault_id,
        campaign_member_id as row_key,
        'answered on an earlier day that the CRM wrote over' as fault_detail
    from responses
    where is_overwritten
),

faults_found as (
    select
        fault_id,
        'crm' as source_system,
        'campaign_members' as source_table,
        row_key,
        fault_detail
    from found
)

select * from faults_found
