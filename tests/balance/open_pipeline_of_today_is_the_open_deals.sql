-- The last month of the open pipeline, made of the history, holds the deals that are open today, with today's amounts.
with today as (
    select *
    from {{ ref('open_pipeline_by_month') }}
    where as_of_date = {{ as_of_date() }}
),

open_deals as (
    select
        opportunity_id,
        opportunity_stage,
        deal_amount
    from {{ ref('opportunities') }}
    where is_open and is_counted and pipeline_entered_date <= {{ as_of_date() }}
),

-- A deal may go back to pending acceptance, and one whose history starts later was not seen in the pipeline yet.
waiting as (
    select
        opportunity_id,
        max(case when is_in_pipeline then 1 else 0 end) as is_in_pipeline
    from {{ ref('int_opportunities_traced_over_time') }}
    where valid_until_date is null and valid_from_date <= {{ as_of_date() }}
    group by opportunity_id
)

select
    coalesce(today.opportunity_id, open_deals.opportunity_id) as opportunity_id,
    today.pipeline_amount,
    open_deals.deal_amount
from today
full outer join open_deals on today.opportunity_id = open_deals.opportunity_id
left join waiting on open_deals.opportunity_id = waiting.opportunity_id
where
    open_deals.opportunity_id is null
    or (today.opportunity_id is null and waiting.is_in_pipeline = 1)
    or (
        today.opportunity_id is not null
        and (
            today.pipeline_amount is distinct from open_deals.deal_amount
            or today.opportunity_stage <> open_deals.opportunity_stage
        )
    )
