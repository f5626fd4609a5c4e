with opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
),

entered as (
    select * from {{ ref('int_opportunity_stages_entered') }}
    where is_of_today
),

stages as (
    select * from {{ in_force(ref('opportunity_stages'), ['stage_name']) }}
),

last_entered as (
    select
        opportunity_id,
        max(entered_date) as entered_date
    from entered
    group by opportunity_id
),

-- A stage means what it meant when the deal entered it. Where no history tells, it is there since its close, or now.
dated as (
    select
        opportunities.*,
        coalesce(
            last_entered.entered_date,
            case
                when opportunities.close_date < {{ as_of_date() }} then opportunities.close_date
                else {{ as_of_date() }}
            end
        ) as stage_read_date
    from opportunities
    left join last_entered on opportunities.opportunity_id = last_entered.opportunity_id
),

read_by_stage as (
    select
        dated.opportunity_id,
        dated.created_at,
        dated.close_date,
        dated.stage_read_date,
        coalesce(stages.canonical_stage, {{ label('dated.stage_name') }}) as canonical_stage,
        stages.canonical_stage is not null as is_stage_known,
        coalesce(stages.is_pipeline, true) as is_pipeline,
        {{ is_closed_deal('dated', 'stages') }} as is_closed,
        {{ is_won_deal('dated', 'stages') }} as is_won,
        {{ outcome_basis('dated', 'stages') }} as outcome_basis,
        {{ is_outcome_disputed('dated', 'stages') }} as is_outcome_disputed
    from dated
    left join stages
        on
            {{ label('dated.stage_name') }} = stages.stage_name
            and {{ applies_on('dated.stage_read_date', 'stages') }}
)

select * from read_by_stage
