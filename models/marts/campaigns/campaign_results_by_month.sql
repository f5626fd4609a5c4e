with results_gathered as (
    select * from {{ ref('int_results_gathered_by_month') }}
),

campaigns as (
    select * from {{ ref('campaigns') }}
),

cohorts_matured as (
    select * from {{ ref('int_cohorts_matured') }}
),

results as (
    select
        campaign_id,
        campaign_id is null and channel = 'no touch' as is_no_touch,
        month_start_date,
        {{ results_turned_to_columns() }}
    from results_gathered
    group by campaign_id, campaign_id is null and channel = 'no touch', month_start_date
),

idle_campaigns as (  -- a campaign that cost nothing and reached nobody is still asked about
    select
        campaigns.campaign_id,
        false as is_no_touch,
        {{ month_start('coalesce(campaigns.start_date, ' ~ as_of_date() ~ ')') }} as month_start_date,
        {%- for measure in result_measures() %}
        0 as {{ measure }},
        {%- endfor %}
        0 as cost
    from campaigns
    left join results on campaigns.campaign_id = results.campaign_id
    where results.campaign_id is null
),

every_campaign as (
    select * from results
    union all
    select * from idle_campaigns
),

campaign_results_by_month as (
    select
        every_campaign.campaign_id,
        campaigns.program_id,
        every_campaign.month_start_date,
        {{ quarter_start('every_campaign.month_start_date') }} as quarter_start_date,
        {{ year_start('every_campaign.month_start_date') }} as year_start_date,
        coalesce(
            campaigns.campaign_name,
            every_campaign.campaign_id,
            case when every_campaign.is_no_touch then 'no touch' else 'no campaign' end
        ) as campaign_name,
        campaigns.program_name,
        campaigns.campaign_type,
        campaigns.channel as campaign_channel,
        cohorts_matured.maturity_share as cohort_maturity_share,
        {{ result_columns('every_campaign') }}
    from every_campaign
    left join campaigns on every_campaign.campaign_id = campaigns.campaign_id
    left join cohorts_matured on every_campaign.month_start_date = cohorts_matured.month_start_date
)

select * from campaign_results_by_month
