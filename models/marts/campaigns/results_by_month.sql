with results_gathered as (
    select * from {{ ref('int_results_gathered_by_month') }}
),

results as (
    select
        campaign_id,
        channel,
        channel_owner,
        month_start_date,
        {{ results_turned_to_columns() }}
    from results_gathered
    group by campaign_id, channel, channel_owner, month_start_date
),

results_by_month as (
    select
        results.campaign_id,
        results.channel,
        results.channel_owner,
        results.month_start_date,
        sum(results.ad_spend) over (partition by results.channel) <> 0 as is_ad_channel,
        {{ result_columns('results', has_ratios=false) }}
    from results
)

select * from results_by_month
