-- depends_on: {{ ref('fault_treatments') }}
-- Who came is entered after the event: as one list, all in one second, or for a place where nobody can come later with
-- one day of response. A single answer to a webinar that is over was given later.
with responses as (
    select * from {{ ref('int_responses_gathered') }}
    where has_responded and event_date is not null and not is_overwritten
),

uploaded_late as (
    select
        response_id,
        campaign_id,
        case when is_on_site then cast(responded_date as timestamp) else created_at end as listed_at
    from responses
    where
        responded_date > event_end_date
        and (is_on_site or responded_date = created_date)
),

responses_uploaded as (
    select response_id
    from uploaded_late
    qualify count(*) over (partition by campaign_id, listed_at) >= {{ whole_fault_limit('F34') }}
)

select * from responses_uploaded
