with results_gathered as (
    select * from {{ ref('int_results_gathered_by_month') }}
),

cohorts_matured as (
    select * from {{ ref('int_cohorts_matured') }}
),

channel_owners as (
    select
        channel,
        case when count(distinct channel_owner) = 1 then min(channel_owner) else 'several' end as channel_owner
    from {{ ref('channels') }}
    group by channel
),

results as (
    select
        channel,
        month_start_date,
        {{ results_turned_to_columns() }}
    from results_gathered
    group by channel, month_start_date
),

channel_results_by_month as (
    select
        results.channel,
        case
            when results.channel not in ('no touch', 'no response', 'no campaign')
                then coalesce(channel_owners.channel_owner, 'marketing')  -- as for touches of a channel nobody defined
        end as channel_owner,
        results.month_start_date,
        {{ quarter_start('results.month_start_date') }} as quarter_start_date,
        {{ year_start('results.month_start_date') }} as year_start_date,
        cohorts_matured.maturity_share as cohort_maturity_share,
        {{ result_columns('results') }}
    from results
    left join channel_owners on results.channel = channel_owners.channel
    left join cohorts_matured on results.month_start_date = cohorts_matured.month_start_date
)

select * from channel_results_by_month
