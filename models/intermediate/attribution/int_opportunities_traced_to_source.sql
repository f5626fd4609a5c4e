with opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
),

placed as (
    select * from {{ ref('int_touches_placed_on_opportunities') }}
),

touches as (
    select * from {{ ref('int_touches_unioned') }}
),

people_of_opportunities as (
    select * from {{ ref('int_people_placed_on_opportunities') }}
),

people as (
    select
        person_id,
        created_at,
        original_lead_source
    from {{ ref('int_people_unified') }}
    where original_lead_source is not null
),

placed_touches as (
    select
        placed.opportunity_id,
        placed.position,
        placed.is_before_creation,
        placed.is_before_close,
        placed.is_known,
        touches.touch_id,
        touches.person_id,
        touches.campaign_id,
        touches.channel,
        touches.channel_owner,
        touches.touch_kind
    from placed
    inner join touches on placed.touch_id = touches.touch_id
),

compared as (
    select
        opportunity_id,
        min(position) filter (where is_before_creation and channel_owner = 'marketing') as first_marketing_position,
        min(position) filter (where is_before_creation and channel_owner = 'partner') as first_partner_position,
        min(position) filter (
            where is_before_creation and channel_owner = 'sales' and touch_kind = 'activity'
        ) as first_sales_position,
        -- influenced asks for an answer of a person; a page that was only seen is not one
        count_if(
            is_before_creation and is_known and channel_owner = 'marketing' and person_id is not null
        ) as answers_before_creation,
        count_if(
            is_before_close and is_known and channel_owner = 'marketing' and person_id is not null
        ) as answers_before_close
    from placed_touches
    group by opportunity_id
),

original_sources as (
    select
        people_of_opportunities.opportunity_id,
        people.original_lead_source
    from people_of_opportunities
    inner join people on people_of_opportunities.person_id = people.person_id
    qualify row_number() over (
        partition by people_of_opportunities.opportunity_id order by people.created_at nulls last, people.person_id
    ) = 1
),

traced as (
    select
        opportunities.opportunity_id,
        first_touches.touch_id as first_touch_id,
        first_touches.person_id as first_person_id,
        first_touches.campaign_id as first_campaign_id,
        first_touches.channel as first_touch_channel,
        first_touches.channel_owner as first_touch_owner,
        coalesce(opportunities.lead_source, original_sources.original_lead_source) as lead_source,
        compared.first_marketing_position,
        compared.first_partner_position,
        compared.first_sales_position,
        coalesce(compared.answers_before_creation, 0) > 0 as is_influenced_pipeline,
        coalesce(compared.answers_before_close, 0) > 0 as is_influenced_revenue
    from opportunities
    left join placed_touches as first_touches
        on
            opportunities.opportunity_id = first_touches.opportunity_id
            and first_touches.position = 1
            and first_touches.is_before_creation
    left join compared on opportunities.opportunity_id = compared.opportunity_id
    left join original_sources on opportunities.opportunity_id = original_sources.opportunity_id
)

select * from traced
