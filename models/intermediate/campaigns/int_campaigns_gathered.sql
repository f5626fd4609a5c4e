with crm_campaigns as (
    select * from {{ ref('stg_crm__campaigns') }}
),

ancestors as (
    select * from {{ ref('int_campaigns_with_ancestors') }}
),

ad_campaigns as (
    select * from {{ ref('int_ad_campaigns_linked') }}
),

ad_spend as (
    select * from {{ ref('int_ad_spend_unioned') }}
),

members as (
    select * from {{ ref('stg_crm__campaign_members') }}
),

programs as (
    select
        campaign_id,
        max(case when is_top then ancestor_campaign_id end) as program_id,
        bool_or(is_in_cycle) as is_in_cycle
    from ancestors
    group by campaign_id
),

ad_days as (
    select
        ad_platform,
        ad_campaign_id,
        min(spend_date) as first_spend_date,
        max(spend_date) as last_spend_date
    from ad_spend
    group by ad_platform, ad_campaign_id
),

gathered as (
    select
        crm_campaigns.campaign_id,
        crm_campaigns.parent_campaign_id,
        coalesce(programs.program_id, crm_campaigns.campaign_id) as program_id,
        crm_campaigns.start_date,
        crm_campaigns.end_date,
        coalesce(crm_campaigns.campaign_name, crm_campaigns.campaign_id) as campaign_name,
        crm_campaigns.campaign_type,
        'crm' as source_system,
        crm_campaigns.offer_name,
        programs.is_in_cycle
    from crm_campaigns
    inner join programs on crm_campaigns.campaign_id = programs.campaign_id
    union all
    select
        ad_campaigns.campaign_id,
        null as parent_campaign_id,
        ad_campaigns.campaign_id as program_id,
        ad_days.first_spend_date as start_date,
        ad_days.last_spend_date as end_date,
        coalesce(ad_campaigns.ad_campaign_name, ad_campaigns.campaign_id) as campaign_name,
        'Advertisement' as campaign_type,
        ad_campaigns.ad_platform as source_system,
        null as offer_name,
        false as is_in_cycle
    from ad_campaigns
    left join ad_days
        on
            ad_campaigns.ad_platform = ad_days.ad_platform
            and ad_campaigns.ad_campaign_id = ad_days.ad_campaign_id
    where not ad_campaigns.is_known_to_crm
    union all
    -- people answered it, and the CRM has deleted it or does not deliver it: its id is all that is known (F05)
    select distinct
        members.campaign_id,
        null as parent_campaign_id,
        members.campaign_id as program_id,
        cast(null as date) as start_date,
        cast(null as date) as end_date,
        members.campaign_id as campaign_name,
        null as campaign_type,
        'crm' as source_system,
        null as offer_name,
        false as is_in_cycle
    from members
    left join crm_campaigns on members.campaign_id = crm_campaigns.campaign_id
    where members.campaign_id is not null and crm_campaigns.campaign_id is null
),

campaigns_gathered as (
    select
        gathered.campaign_id,
        gathered.parent_campaign_id,
        gathered.program_id,
        gathered.start_date,
        gathered.end_date,
        gathered.campaign_name,
        programs.campaign_name as program_name,
        gathered.campaign_type,
        gathered.source_system,
        gathered.offer_name,
        gathered.is_in_cycle
    from gathered
    inner join gathered as programs on gathered.program_id = programs.campaign_id
)

select * from campaigns_gathered
