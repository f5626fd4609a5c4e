with recursive campaigns as (
    select
        campaign_id,
        parent_campaign_id
    from {{ ref('stg_crm__campaigns') }}
),

known_parents as (  -- a parent that was deleted is no parent
    select
        campaigns.campaign_id,
        parents.campaign_id as parent_campaign_id
    from campaigns
    left join campaigns as parents on campaigns.parent_campaign_id = parents.campaign_id
),

walked as (
    select
        campaign_id,
        campaign_id as ancestor_campaign_id,
        0 as distance
    from known_parents
    union all
    select
        walked.campaign_id,
        known_parents.parent_campaign_id as ancestor_campaign_id,
        walked.distance + 1 as distance
    from walked
    inner join known_parents on walked.ancestor_campaign_id = known_parents.campaign_id
    where
        known_parents.parent_campaign_id is not null
        and walked.distance < 10  -- Salesforce allows five levels; a walk that is longer goes round in a circle
),

nearest as (
    select
        campaign_id,
        ancestor_campaign_id,
        min(distance) as distance,
        count(*) > 1 as is_met_again
    from walked
    group by campaign_id, ancestor_campaign_id
),

campaigns_with_ancestors as (
    select
        nearest.campaign_id,
        nearest.ancestor_campaign_id,
        nearest.distance,
        known_parents.parent_campaign_id is null as is_top,
        nearest.is_met_again as is_in_cycle
    from nearest
    inner join known_parents on nearest.ancestor_campaign_id = known_parents.campaign_id
)

select * from campaigns_with_ancestors
