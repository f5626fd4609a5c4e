with touches as (
    select
        touch_id,
        person_id,
        account_id,
        campaign_id,
        touch_at,
        touch_date,
        touch_precision,
        touch_kind_rank,
        source_rank,
        is_direct,
        is_known
    from {{ ref('int_touches_unioned') }}
    -- what a machine logged (an automatic reply, a calendar sync) is nobody's work
    where touch_kind <> 'activity' or is_human_activity
),

opportunities as (
    select
        opportunity_id,
        account_id as opportunity_account_id,
        primary_campaign_id,
        created_at,
        created_date,
        won_date,
        journey_starts_date,
        lead_until_at,
        {{ local_date('lead_until_at') }} as lead_until_date
    from {{ ref('int_opportunities_bounded') }}
),

people as (
    select * from {{ ref('int_people_placed_on_opportunities') }}
),

in_window as (
    {% if setting('attribution_population') == 'account' -%}
    select
        touches.*,
        opportunities.*
    from touches
    inner join opportunities on touches.account_id = opportunities.opportunity_account_id
    where
        touches.touch_date >= opportunities.journey_starts_date
        and touches.touch_date <= greatest(opportunities.created_date, opportunities.won_date)

    union all
    {% endif -%}
    select
        touches.*,
        opportunities.*
    from touches
    inner join people on touches.person_id = people.person_id
    inner join opportunities on people.opportunity_id = opportunities.opportunity_id
    where
        touches.touch_date >= opportunities.journey_starts_date
        and touches.touch_date <= greatest(opportunities.created_date, opportunities.won_date)
        {%- if setting('attribution_population') == 'account' %}
        and coalesce(touches.account_id <> opportunities.opportunity_account_id, true)
        {%- endif %}
),

cut_off as (
    -- A response in the CRM is a day, a deal's creation a moment: compared as moments, those of one day get lost.
    select
        in_window.*,
        case
            when in_window.touch_precision = 'date' then in_window.touch_date <= in_window.created_date
            else in_window.touch_at <= in_window.created_at
        end as is_before_creation,
        coalesce(in_window.touch_date <= in_window.won_date, false) as is_before_close,
        coalesce(
            case
                when in_window.touch_precision = 'date' then in_window.touch_date <= in_window.lead_until_date
                else in_window.touch_at <= in_window.lead_until_at
            end,
            false
        ) as is_before_lead,
        coalesce(in_window.campaign_id = in_window.primary_campaign_id, false) as is_of_primary_campaign
    from in_window
),

placed as (
    select
        opportunity_id,
        touch_id,
        touch_date,
        touch_at,
        is_before_creation,
        is_before_close,
        is_before_lead,
        is_of_primary_campaign,
        is_direct,
        is_known,
        cast(row_number() over (
            partition by opportunity_id
            order by touch_date, touch_at, touch_kind_rank, source_rank, touch_id
        ) as integer) as position
    from cut_off
    where is_before_creation or is_before_close
)

select * from placed
