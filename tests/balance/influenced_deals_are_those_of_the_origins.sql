-- The deals with a channel or a campaign that influenced them are the influenced deals, each once in either count.
with counted as (
    select
        attribution_scope,
        opportunity_id,
        count(distinct channel) as channel_count,
        count(*) filter (where is_first_of_channel) as first_of_channel_count,
        count(distinct coalesce(campaign_id, '')) as campaign_count,
        count(*) filter (where is_first_of_campaign) as first_of_campaign_count
    from {{ ref('influenced_opportunities') }}
    group by attribution_scope, opportunity_id
),

origins as (
    {%- for scope in ['pipeline', 'revenue'] %}
    select
        '{{ scope }}' as attribution_scope,
        opportunity_id
    from {{ ref('opportunity_origins') }}
    where is_influenced_{{ scope }} and exclusion_reason is null {{ 'and is_won' if scope == 'revenue' }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    coalesce(counted.attribution_scope, origins.attribution_scope) as attribution_scope,
    coalesce(counted.opportunity_id, origins.opportunity_id) as opportunity_id
from counted
full outer join origins
    on
        counted.attribution_scope = origins.attribution_scope
        and counted.opportunity_id = origins.opportunity_id
where
    counted.opportunity_id is null
    or origins.opportunity_id is null
    or counted.channel_count <> counted.first_of_channel_count
    or counted.campaign_count <> counted.first_of_campaign_count
