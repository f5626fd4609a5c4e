{%- set stages = ['inquiry', 'mql', 'sal', 'sql', 'opportunity', 'won'] -%}
{%- set is_inquiry = "event_kind in ('response', 'created') or funnel_stage = 'inquiry'" -%}
with cycles as (
    select * from {{ ref('int_leads_split_into_cycles') }}
),

events as (
    select * from {{ ref('int_lead_events_placed_in_cycles') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
),

-- A response or a new record is an inquiry; the other stages before the deal are statuses.
own_dates as (
    select
        person_id,
        cycle_number,
        min(event_at) filter (where {{ is_inquiry }}) as inquiry_at,
        {%- for stage in stages[1:4] %}
        min(event_at) filter (where funnel_stage = '{{ stage }}') as {{ stage }}_at,
        coalesce(bool_and(is_day_unknown) filter (where funnel_stage = '{{ stage }}'), false) as is_{{ stage }}_day_unknown,
        {%- endfor %}
        coalesce(bool_and(is_day_unknown and funnel_stage = 'inquiry') filter (where {{ is_inquiry }}), false) as is_inquiry_day_unknown
    from events
    group by person_id, cycle_number
),

own as (
    select
        cycles.lead_cycle_id,
        cycles.person_id,
        cycles.started_at,
        {%- for stage in stages[:4] %}
        own_dates.{{ stage }}_at,
        own_dates.is_{{ stage }}_day_unknown,
        {%- endfor %}
        case
            when opportunities.pipeline_entered_at <= coalesce(cycles.ended_at, opportunities.pipeline_entered_at)
                then opportunities.pipeline_entered_at
        end as opportunity_at,
        -- the end of the cycle: a close known by its day alone is the last thing of that day
        case when cycles.disposition = 'won' then cycles.ended_at end as won_at,
        coalesce(opportunities.is_pipeline_entry_inferred, false) as is_opportunity_day_unknown
    from cycles
    inner join own_dates
        on
            cycles.person_id = own_dates.person_id
            and cycles.cycle_number = own_dates.cycle_number
    left join opportunities on cycles.opportunity_id = opportunities.opportunity_id
),

-- A stage is reached when it or any later one is, and is entered no later than any later one (spec 2.3). `least`
-- leaves out empty values, so one expression fills in skipped stages and pulls back stages out of order.
filled as (
    select
        lead_cycle_id,
        person_id,
        {%- for stage in stages[:5] %}
        {%- set earliest = 'least(' ~ stages[loop.index0:] | join('_at, ') ~ '_at)' %}
        {{ earliest }} as {{ stage }}_filled_at,
        {{ stage }}_at is null or is_{{ stage }}_day_unknown as is_{{ stage }}_unseen,
        coalesce({{ stage }}_at > {{ earliest }}, false) as is_{{ stage }}_out_of_order,
        {%- endfor %}
        won_at as won_filled_at,
        won_at is null as is_won_unseen,
        started_at
    from own
),

-- Inferred entries count in volumes, never in durations: they would add zeros. Whatever opens a cycle makes it an
-- inquiry, be it a deal that sales never took on.
dated as (
    select
        lead_cycle_id,
        person_id,
        coalesce(inquiry_filled_at, started_at) as inquiry_at,
        {%- for stage in stages[1:] %}
        {{ stage }}_filled_at as {{ stage }}_at,
        {%- endfor %}
        {{ local_date('coalesce(inquiry_filled_at, started_at)') }} as inquiry_date,
        {%- for stage in stages[1:] %}
        {{ local_date(stage ~ '_filled_at') }} as {{ stage }}_date,
        {%- endfor %}
        is_inquiry_unseen as is_inquiry_inferred,
        {%- for stage in stages[1:5] %}
        is_{{ stage }}_unseen and {{ stage }}_filled_at is not null as is_{{ stage }}_inferred,
        {%- endfor %}
        {%- for stage, next_stage in zip(stages[:5] + ['inquiry'], stages[1:] + ['won']) %}
        cast(
            case
                when not is_{{ stage }}_unseen and not is_{{ next_stage }}_unseen
                    then {{ days_between(local_date(stage ~ '_filled_at'), local_date(next_stage ~ '_filled_at')) }}
            end as bigint
        ) as days_{{ stage }}_to_{{ next_stage }},
        {%- endfor %}
        is_{{ stages[:5] | join('_out_of_order or is_') }}_out_of_order as is_out_of_order
    from filled
)

select * from dated
