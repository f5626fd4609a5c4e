{%- set stages = ['inquiry', 'mql', 'sal', 'sql', 'opportunity'] -%}
with entries as (
    select * from {{ ref('int_cycles_listed_by_stage') }}
),

-- Timed on entries that were seen; an inferred one would add a zero.
paces as (
    select
        funnel_stage,
        {{ percentile('days_to_next', 0.9) }} as p90_days
    from entries
    where days_to_next is not null
    group by funnel_stage
),

-- Cohort: those who entered the stage in the month, and what became of them to date.
cohorts as (
    select
        {{ month_start('entered_date') }} as month_start_date,
        'cohort' as basis,
        funnel_stage,
        original_lead_source,
        channel,
        stage_order,
        count(*) as entered_count,
        count(next_entered_date) as converted_count,
        count(*) filter (where has_reached_sql) as sql_count,
        count(*) filter (where has_reached_opportunity) as opportunity_count,
        count(*) filter (where has_reached_won) as won_count
    from entries
    group by all
),

-- In period: whatever happened in the month, whoever it happened to.
happened as (
    select
        {{ month_start('entered_date') }} as month_start_date,
        original_lead_source,
        channel,
        {%- for stage in stages %}
        count(*) filter (where funnel_stage = '{{ stage }}') as {{ stage }}_count,
        {%- endfor %}
        count(*) filter (where funnel_stage = 'won') as won_count
    from entries
    group by all
),

counted as (
    select * from cohorts
    {%- for stage in stages + ['won'] %}
    union all
    select
        month_start_date,
        'in_period' as basis,
        '{{ stage }}' as funnel_stage,
        original_lead_source,
        channel,
        {{ loop.index }} as stage_order,
        {{ stage }}_count as entered_count,
        {{ (stages + ['won', 'won'])[loop.index] }}_count as converted_count,
        sql_count,
        opportunity_count,
        won_count
    from happened
    {%- endfor %}
),

in_months as (
    select
        *,
        cast(month_start_date + interval '1' month - interval '1' day as date) as month_end_date
    from counted
),

funnel_by_month as (
    select
        in_months.month_start_date,
        in_months.basis,
        in_months.funnel_stage,
        in_months.original_lead_source,
        in_months.channel,
        case
            when in_months.basis = 'in_period' then in_months.month_end_date < {{ as_of_date() }}
            else
                in_months.funnel_stage = 'won'
                or coalesce({{ days_between('in_months.month_end_date', as_of_date()) }} >= paces.p90_days, false)
        end as is_mature,
        cast(in_months.stage_order as integer) as stage_order,
        cast(in_months.entered_count as bigint) as entered_count,
        case when in_months.stage_order < 6 then cast(in_months.converted_count as bigint) end as converted_count,
        case when in_months.stage_order < 4 then cast(in_months.sql_count as bigint) end as sql_count,
        case when in_months.stage_order < 5 then cast(in_months.opportunity_count as bigint) end as opportunity_count,
        case when in_months.stage_order < 6 then cast(in_months.won_count as bigint) end as won_count
    from in_months
    left join paces on in_months.funnel_stage = paces.funnel_stage
)

select * from funnel_by_month
