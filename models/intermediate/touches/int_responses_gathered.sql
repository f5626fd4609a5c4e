-- Whether a member responded is agreed by status (member_statuses), for its campaign's type first; where nothing is
-- agreed, a date of a response says as much as the flag.
with campaign_members as (
    select * from {{ ref('stg_crm__campaign_members') }}
),

earlier_campaign_members as (
    select * from {{ ref('stg_crm__earlier_campaign_members') }}
),

campaigns as (
    select
        campaign_id,
        {{ label('campaign_type') }} as type_label,
        coalesce(start_date, end_date) as event_date,
        greatest(start_date, end_date) as event_end_date
    from {{ ref('stg_crm__campaigns') }}
),

member_statuses as (
    select * from {{ ref('member_statuses') }}
),

event_types as (
    select * from {{ ref('event_types') }}
),

states as (
    select
        campaign_member_id as response_id,
        campaign_member_id,
        created_at,
        responded_date,
        member_status,
        has_responded,
        false as is_overwritten
    from campaign_members
    union all
    -- the day of an answer that the CRM has forgotten; several states of a member may have it
    select
        earlier.campaign_member_id || ':' || cast(earlier.responded_date as string) as response_id,
        earlier.campaign_member_id,
        min(earlier.created_at) as created_at,
        earlier.responded_date,
        min(earlier.member_status) as member_status,
        bool_or(earlier.has_responded) as has_responded,
        true as is_overwritten
    from earlier_campaign_members as earlier
    inner join campaign_members on earlier.campaign_member_id = campaign_members.campaign_member_id
    where earlier.responded_date is distinct from campaign_members.responded_date and earlier.responded_date is not null
    group by earlier.campaign_member_id, earlier.responded_date
),

responses_gathered as (
    select
        states.response_id,
        states.campaign_member_id,
        campaign_members.campaign_id,
        campaign_members.lead_id,
        campaign_members.contact_id,
        states.created_at,
        {{ local_date('states.created_at') }} as created_date,
        states.responded_date,
        event_types.is_on_site,
        case
            when
                coalesce(states.responded_date, {{ local_date('states.created_at') }})
                <= {{ days_after('coalesce(campaigns.event_end_date, campaigns.event_date)', 'event_types.listed_within_days') }}
                then campaigns.event_date
        end as event_date,
        campaigns.event_end_date,
        states.has_responded as is_flagged,
        coalesce(
            statuses_of_type.has_responded, statuses.has_responded,
            coalesce(states.has_responded, false) or states.responded_date is not null
        ) as has_responded,
        states.is_overwritten
    from states
    inner join campaign_members on states.campaign_member_id = campaign_members.campaign_member_id
    left join campaigns on campaign_members.campaign_id = campaigns.campaign_id
    left join event_types on campaigns.type_label = event_types.campaign_type
    left join member_statuses as statuses_of_type
        on
            campaigns.type_label = statuses_of_type.campaign_type
            and {{ label('states.member_status') }} = statuses_of_type.member_status
    left join member_statuses as statuses
        on
            statuses.campaign_type = '*'
            and {{ label('states.member_status') }} = statuses.member_status
)

select * from responses_gathered
