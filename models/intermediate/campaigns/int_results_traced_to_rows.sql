-- What int_results_gathered_by_month adds up, before it is added up.
with measured as (
    select * from {{ ref('int_results_measured') }}
),

credits as (
    select * from {{ ref('int_credits_dated') }}
),

channels as (
    select * from {{ ref('int_channels_owned') }}
),

every_measure as (
    select
        row_kind,
        row_key,
        campaign_id,
        channel,
        measure_date,
        measure,
        quantity
    from measured
    {%- for basis, measure_date in [('cohort', 'touch_date'), ('period', 'period_date')] %}
    {%- for credit in credit_measures() %}
    union all
    select
        'deal' as row_kind,
        opportunity_id as row_key,
        campaign_id,
        channel,
        {{ measure_date }} as measure_date,
        '{{ basis }}' || {{ credit.name }} as measure,
        {{ credit.of_touch }} as quantity
    from credits
    {%- endfor %}
    {%- endfor %}
),

turned as (
    select
        row_kind,
        row_key,
        campaign_id,
        channel,
        {{ month_start('measure_date') }} as month_start_date,
        {{ results_turned_to_columns() }}
    from every_measure
    group by row_kind, row_key, campaign_id, channel, {{ month_start('measure_date') }}
),

traced as (
    select
        turned.row_kind,
        turned.row_key,
        turned.campaign_id,
        turned.channel,
        {{ owner_of_results('turned.channel', 'channels.channel_owner') }} as channel_owner,
        turned.month_start_date,
        sum(turned.ad_spend) over (partition by turned.channel) <> 0 as is_ad_channel,
        {{ result_columns('turned') }}
    from turned
    left join channels on turned.channel = channels.channel
)

select * from traced
