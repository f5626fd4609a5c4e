-- Each lead cycle that became an MQL counts once by its own month and once by the month of the touch that opened it.
with mqls as (
    select
        {{ month_start('mql_date') }} as month_start_date,
        count(*) as mql_count
    from {{ ref('lead_cycles') }}
    where mql_date is not null
    group by {{ month_start('mql_date') }}
),

results as (
    select
        month_start_date,
        sum(period_mql_count) as mql_count
    from {{ ref('campaign_results_by_month') }}
    group by month_start_date
),

totals as (
    select sum(cohort_mql_count) - sum(period_mql_count) as difference
    from {{ ref('campaign_results_by_month') }}
)

select
    coalesce(mqls.month_start_date, results.month_start_date) as month_start_date,
    mqls.mql_count,
    results.mql_count as result_count
from mqls
full outer join results on mqls.month_start_date = results.month_start_date
where coalesce(mqls.mql_count, 0) <> coalesce(results.mql_count, 0)
union all
select
    null as month_start_date,
    difference as mql_count,
    0 as result_count
from totals
where difference <> 0
union all
-- no cycles and no results agree about nothing
select
    null as month_start_date,
    0 as mql_count,
    null as result_count
where (select count(*) from {{ ref('lead_cycles') }}) = 0 and (select count(*) from {{ ref('stg_crm__leads') }}) > 0
