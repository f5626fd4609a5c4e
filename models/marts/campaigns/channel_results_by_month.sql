with results_gathered as (
    select * from {{ ref('int_results_gathered_by_month') }}
),

cohorts_matured as (
    select * from {{ ref('int_cohorts_matured') }}
),

results as (
    select
        channel,
        channel_owner,
        month_start_date,
        {{ results_turned_to_columns() }}
    from results_gathered
    group by channel, channel_owner, month_start_date
),

channel_results_by_month as (
    select
        results.channel,
        results.channel_owner,
        results.month_start_date,
        {{ quarter_start('results.month_start_date') }} as quarter_start_date,
        {{ year_start('results.month_start_date') }} as year_start_date,
        cohorts_matured.maturity_share as cohort_maturity_share,
        {{ result_columns('results') }}
    from results
    left join cohorts_matured on results.month_start_date = cohorts_matured.month_start_date
)

select * from channel_results_by_month
