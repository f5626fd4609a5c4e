with opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
),

stages as (
    select * from {{ ref('opportunity_stages') }}
),

read_by_stage as (
    select
        opportunities.opportunity_id,
        opportunities.created_at,
        opportunities.close_date,
        coalesce(stages.canonical_stage, {{ label('opportunities.stage_name') }}) as canonical_stage,
        stages.canonical_stage is not null as is_stage_known,
        coalesce(stages.is_pipeline, true) as is_pipeline,
        -- a CRM may say no more of a deal than that it is won
        coalesce(
            stages.is_closed,
            coalesce(opportunities.is_closed, false) or coalesce(opportunities.is_won, false)
        ) as is_closed,
        coalesce(stages.is_won, opportunities.is_won, false) as is_won
    from opportunities
    left join stages on {{ label('opportunities.stage_name') }} = stages.stage_name
)

select * from read_by_stage
