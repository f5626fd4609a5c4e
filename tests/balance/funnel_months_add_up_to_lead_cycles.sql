{%- set stages = ['inquiry', 'mql', 'sal', 'sql', 'opportunity'] -%}
-- Entries over all months, on either basis, are the cycles that reached the stage; and no cohort converts more
-- than entered.
with lead_cycles as (
    select * from {{ ref('lead_cycles') }}
),

funnel_by_month as (
    select * from {{ ref('funnel_by_month') }}
),

reached as (
    {%- for stage in stages %}
    select
        '{{ stage }}' as funnel_stage,
        count({{ stage }}_date) as cycle_count
    from lead_cycles
    union all
    {%- endfor %}
    select
        'won' as funnel_stage,
        count(won_date) as cycle_count
    from lead_cycles
),

counted as (
    select
        funnel_stage,
        sum(entered_count) filter (where basis = 'cohort') as cohort_count,
        sum(entered_count) filter (where basis = 'in_period') as in_period_count,
        count_if(basis = 'cohort' and converted_count > entered_count) as impossible_count
    from funnel_by_month
    group by funnel_stage
)

select
    reached.funnel_stage,
    reached.cycle_count,
    counted.cohort_count,
    counted.in_period_count
from reached
left join counted on reached.funnel_stage = counted.funnel_stage
where
    reached.cycle_count <> coalesce(counted.cohort_count, 0)
    or reached.cycle_count <> coalesce(counted.in_period_count, 0)
    or counted.impossible_count > 0
    -- no cycles and no months agree about nothing
    or ((select count(*) from lead_cycles) = 0 and (select count(*) from {{ ref('stg_crm__leads') }}) > 0)
