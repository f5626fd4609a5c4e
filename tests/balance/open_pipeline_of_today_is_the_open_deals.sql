-- The last day of the open pipeline, made of the history, holds the deals that are open today, with today's amounts. A
-- report of a past day may differ from what is known today in deals to which something happened since.
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

-- Nothing has happened to them since. One may have gone back to pending acceptance, or its history starts later.
standing as (
    select
        opportunity_id,
        bool_or(is_in_pipeline) as is_in_pipeline
    from {{ ref('int_opportunities_traced_over_time') }}
    where valid_until_date is null and valid_from_date <= {{ as_of_date() }}
    group by opportunity_id
),

compared as (
    select
        coalesce(today.opportunity_id, open_deals.opportunity_id) as opportunity_id,
        today.pipeline_amount,
        open_deals.deal_amount,
        today.opportunity_stage as pipeline_stage,
        open_deals.opportunity_stage,
        today.opportunity_id is not null as is_in_today,
        open_deals.opportunity_id is not null as is_open
    from today
    full outer join open_deals on today.opportunity_id = open_deals.opportunity_id
)

select
    compared.opportunity_id,
    compared.pipeline_amount,
    compared.deal_amount
from compared
left join standing on compared.opportunity_id = standing.opportunity_id
where
    (
        compared.is_in_today
        and not compared.is_open
        and (standing.opportunity_id is not null or {{ as_of_date() }} >= {{ known_until() }})
    )
    or (compared.is_open and not compared.is_in_today and coalesce(standing.is_in_pipeline, false))
    or (
        compared.is_open
        and compared.is_in_today
        and standing.opportunity_id is not null
        and (
            compared.pipeline_amount is distinct from compared.deal_amount
            or compared.pipeline_stage is distinct from compared.opportunity_stage
        )
    )
