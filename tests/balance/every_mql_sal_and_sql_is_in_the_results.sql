-- Each lead cycle that reached a stage counts once by its own month and once by the month of the touch that opened it.
with entries as (
    {%- for stage in ['mql', 'sal', 'sql'] %}
    select
        '{{ stage }}' as funnel_stage,
        {{ month_start(stage ~ '_date') }} as month_start_date,
        count(*) as entry_count
    from {{ ref('lead_cycles') }}
    where {{ stage }}_date is not null
    group by {{ month_start(stage ~ '_date') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

results as (
    {%- for stage in ['mql', 'sal', 'sql'] %}
    select
        '{{ stage }}' as funnel_stage,
        month_start_date,
        sum(period_{{ stage }}_count) as entry_count
    from {{ ref('campaign_results_by_month') }}
    group by month_start_date
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

totals as (
    {%- for stage in ['mql', 'sal', 'sql'] %}
    select
        '{{ stage }}' as funnel_stage,
        sum(cohort_{{ stage }}_count) - sum(period_{{ stage }}_count) as difference
    from {{ ref('campaign_results_by_month') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    coalesce(entries.funnel_stage, results.funnel_stage) as funnel_stage,
    coalesce(entries.month_start_date, results.month_start_date) as month_start_date,
    entries.entry_count,
    results.entry_count as result_count
from entries
full outer join results
    on
        entries.funnel_stage = results.funnel_stage
        and entries.month_start_date = results.month_start_date
where coalesce(entries.entry_count, 0) <> coalesce(results.entry_count, 0)
union all
select
    funnel_stage,
    null as month_start_date,
    difference as entry_count,
    0 as result_count
from totals
where difference <> 0
union all
-- no cycles and no results agree about nothing
select
    null as funnel_stage,
    null as month_start_date,
    0 as entry_count,
    null as result_count
where (select count(*) from {{ ref('lead_cycles') }}) = 0 and (select count(*) from {{ ref('stg_crm__leads') }}) > 0
