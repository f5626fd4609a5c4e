-- Touches stand in the order of time, so a cut-off is a count: the journey to the deal's creation is the first
-- touches of the journey to its close, and the last touch before a milestone is the number of touches before it.
with touches as (
    select * from {{ ref('int_touches_placed_on_opportunities') }}
),

opportunities as (
    select
        opportunity_id,
        amount_minor
    from {{ ref('int_opportunities_bounded') }}
),

counted as (
    select
        opportunity_id,
        min(position) filter (where is_known) as first_known_position,
        {%- for scope, is_in_scope in {'pipeline': 'is_before_creation', 'revenue': 'is_before_close'}.items() %}
        cast(count(*) filter (where {{ is_in_scope }}) as integer) as {{ scope }}_touch_count,
        cast(count(*) filter (where {{ is_in_scope }} and is_before_lead) as integer) as {{ scope }}_lead_position,
        max(position) filter (where {{ is_in_scope }} and not is_direct) as {{ scope }}_not_direct_position,
        max(touch_date) filter (where {{ is_in_scope }}) as {{ scope }}_newest_touch_date,
        max(touch_at) filter (where {{ is_in_scope }}) as {{ scope }}_newest_touch_at,
        max(position) filter (where {{ is_in_scope }} and is_of_primary_campaign) as {{ scope }}_campaign_position,
        {%- endfor %}
        cast(count(*) filter (where is_before_creation) as integer) as created_position
    from touches
    group by opportunity_id
),

scoped as (
    {%- for scope in ['pipeline', 'revenue'] %}
    select
        opportunity_id,
        '{{ scope }}' as attribution_scope,
        {{ scope }}_newest_touch_date as newest_touch_date,
        {{ scope }}_newest_touch_at as newest_touch_at,
        {{ scope }}_touch_count as touch_count,
        first_known_position,
        created_position,
        {{ scope }}_lead_position as lead_position,
        {{ scope }}_not_direct_position as not_direct_position,
        {{ scope }}_campaign_position as campaign_position
    from counted
    where {{ scope }}_touch_count > 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

measured as (
    select
        scoped.opportunity_id,
        scoped.attribution_scope,
        scoped.newest_touch_date,
        scoped.newest_touch_at,
        scoped.touch_count,
        1 as first_touch_position,
        case
            when scoped.lead_position > 0 then scoped.lead_position
            when scoped.first_known_position <= scoped.touch_count then scoped.first_known_position
            else 0
        end as lead_creation_position,
        least(scoped.created_position, scoped.touch_count) as opportunity_creation_position,
        case when scoped.attribution_scope = 'revenue' then scoped.touch_count else 0 end as closed_won_position,
        scoped.touch_count as last_touch_position,
        coalesce(scoped.not_direct_position, scoped.touch_count) as last_non_direct_position,
        coalesce(scoped.campaign_position, 0) as primary_campaign_position,
        abs(opportunities.amount_minor) as abs_amount_minor,
        cast(case when opportunities.amount_minor < 0 then -1 else 1 end as integer) as amount_sign
    from scoped
    inner join opportunities on scoped.opportunity_id = opportunities.opportunity_id
)

select * from measured
