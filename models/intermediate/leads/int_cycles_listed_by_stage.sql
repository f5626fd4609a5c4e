{%- set stages = ['inquiry', 'mql', 'sal', 'sql', 'opportunity'] -%}
with cycles as (
    select * from {{ ref('int_leads_split_into_cycles') }}
),

dated as (
    select * from {{ ref('int_cycles_dated_by_stage') }}
),

listed as (
    {%- for stage in stages %}
    select
        lead_cycle_id,
        {{ stage }}_date as entered_date,
        {{ (stages + ['won'])[loop.index] }}_date as next_entered_date,
        '{{ stage }}' as funnel_stage,
        sql_date is not null as has_reached_sql,
        opportunity_date is not null as has_reached_opportunity,
        won_date is not null as has_reached_won,
        {{ loop.index }} as stage_order,
        days_{{ stage }}_to_{{ (stages + ['won'])[loop.index] }} as days_to_next
    from dated
    where {{ stage }}_date is not null
    union all
    {%- endfor %}
    select
        lead_cycle_id,
        won_date as entered_date,
        cast(null as date) as next_entered_date,
        'won' as funnel_stage,
        true as has_reached_sql,
        true as has_reached_opportunity,
        true as has_reached_won,
        6 as stage_order,
        cast(null as bigint) as days_to_next
    from dated
    where won_date is not null
),

of_cycles as (
    select
        listed.lead_cycle_id,
        listed.entered_date,
        listed.next_entered_date,
        listed.funnel_stage,
        cycles.original_lead_source,
        cycles.channel,
        listed.has_reached_sql,
        listed.has_reached_opportunity,
        listed.has_reached_won,
        listed.stage_order,
        listed.days_to_next
    from listed
    inner join cycles on listed.lead_cycle_id = cycles.lead_cycle_id
)

select * from of_cycles
