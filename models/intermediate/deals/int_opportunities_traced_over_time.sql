with opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
    where exclusion_reason is null or exclusion_reason = amount_problem
),

today as (
    select * from {{ ref('stg_crm__opportunities') }}
),

valued as (
    select * from {{ ref('int_opportunities_valued') }}
),

changes as (
    select
        *,
        {{ local_date('changed_at') }} as changed_date
    from {{ ref('stg_crm__opportunity_changes') }}
),

moves as (
    select
        *,
        {{ local_date('changed_at') }} as entered_date,
        row_number() over (partition by opportunity_id order by changed_at, opportunity_change_id) as move_number
    from {{ ref('int_opportunities_moved_between_stages') }}
),

-- A row of history that only gives another amount or date stands at the stage of the last move up to it.
followed as (
    select
        changes.*,
        count(moves.opportunity_change_id) over (
            partition by changes.opportunity_id order by changes.changed_at, changes.opportunity_change_id
        ) as move_number,
        count(changes.amount) over (partition by changes.opportunity_id) = 0 as is_amount_untracked,
        row_number() over (
            partition by changes.opportunity_id, changes.changed_date
            order by changes.changed_at desc, changes.opportunity_change_id desc
        ) = 1 as is_last_of_day
    from changes
    left join moves on changes.opportunity_change_id = moves.opportunity_change_id
),

dated as (
    select
        *,
        lead(changed_date) over (partition by opportunity_id order by changed_date) as next_changed_date
    from followed
    where is_last_of_day and move_number > 0
),

-- What the CRM shows of an open deal holds since the last change; a deal without history was always what it is.
spans as (
    select
        opportunities.opportunity_id,
        opportunities.amount_minor,
        opportunities.amount_problem,
        coalesce(dated.changed_date, opportunities.pipeline_entered_date) as valid_from_date,
        coalesce(dated.next_changed_date, opportunities.closed_date) as valid_until_date,
        coalesce(moves.canonical_stage, case when opportunities.is_open then opportunities.opportunity_stage end)
            as opportunity_stage,
        moves.entered_date as stage_entered_date,
        coalesce(moves.is_pipeline, true) as is_pipeline,
        coalesce(moves.is_closed, false) as is_closed,
        dated.next_changed_date is null and opportunities.is_open as is_of_today,
        dated.close_date,
        dated.probability,
        dated.amount,
        coalesce(dated.is_amount_untracked, true) as is_amount_untracked
    from opportunities
    left join dated on opportunities.opportunity_id = dated.opportunity_id
    left join moves on dated.opportunity_id = moves.opportunity_id and dated.move_number = moves.move_number
),

traced as (
    select
        spans.opportunity_id,
        spans.valid_from_date,
        spans.valid_until_date,
        spans.opportunity_stage,
        spans.stage_entered_date,
        case when spans.is_of_today then today.close_date else spans.close_date end as expected_close_date,
        spans.is_pipeline and (spans.is_of_today or not spans.is_closed) as is_in_pipeline,
        case when spans.is_of_today then today.probability else spans.probability end as probability,
        case
            when spans.is_of_today or spans.is_amount_untracked then spans.amount_minor
            when spans.amount_problem is null then {{ settled_minor_units(
                'spans.amount', reporting_minor_units(), 'valued.to_rate_billionths', 'valued.from_rate_billionths'
            ) }}
        end as amount_minor
    from spans
    inner join today on spans.opportunity_id = today.opportunity_id
    inner join valued on spans.opportunity_id = valued.opportunity_id
    where
        spans.valid_from_date is not null
        and spans.valid_from_date < coalesce(spans.valid_until_date, date '9999-12-31')
)

select * from traced
