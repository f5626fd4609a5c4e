with responses as (
    select * from {{ ref('int_responses_linked_to_people') }}
),

campaigns as (
    select * from {{ ref('stg_crm__campaigns') }}
),

-- the duplicate records of one person may each hold the response of one day to one campaign: it is one touch
responses_counted as (
    select
        *,
        count(*) over (partition by responder_id, campaign_id, touch_date) as response_count
    from responses
    qualify
        row_number() over (
            partition by responder_id, campaign_id, touch_date
            order by created_at nulls last, response_id
        ) = 1
),

touches_from_responses as (
    select
        'crm:campaign_member:' || responses_counted.response_id as touch_id,
        responses_counted.person_id,
        responses_counted.responder_id,
        cast(null as string) as logged_account_id,
        responses_counted.campaign_id,
        {{ local_midnight('responses_counted.touch_date') }} as touch_at,
        responses_counted.touch_date,
        'date' as touch_precision,
        'campaign_response' as touch_kind,
        'crm' as source_system,
        coalesce(lower(campaigns.campaign_type), '') as campaign_type,
        '' as source,
        '' as medium,
        '' as campaign,
        cast(null as string) as content_name,
        campaigns.offer_name,
        cast(null as string) as exclusion_reason,
        false as is_human_activity,
        responses_counted.is_dated_by_event,
        responses_counted.response_count
    from responses_counted
    left join campaigns on responses_counted.campaign_id = campaigns.campaign_id
)

select * from touches_from_responses
