with today as (
    select * from {{ ref('int_opportunities_read_by_stage') }}
),

moves as (
    select * from {{ ref('int_opportunities_moved_between_stages') }}
),

history as (
    select
        today.opportunity_id,
        min(moves.changed_at) as first_moved_at,
        min(moves.changed_at) filter (where moves.is_pipeline) as pipeline_entered_at,
        min(moves.changed_at) filter (where moves.is_closed) as first_closed_at,
        -- The last entry into the stage the deal is closed in today: a reopened deal closed again counts from then.
        max(moves.changed_at) filter (
            where today.is_closed and moves.canonical_stage = today.canonical_stage
        ) as closed_at,
        cast(count_if(moves.is_reopening) as bigint) as reopen_count,
        bool_or(moves.is_backward) as has_moved_backward,
        bool_or(moves.is_skipping) as has_skipped_stages
    from today
    inner join moves on today.opportunity_id = moves.opportunity_id
    group by today.opportunity_id
),

with_history as (
    select
        today.*,
        history.opportunity_id is not null as has_stage_history,
        history.closed_at is not null as is_closed_date_from_history,
        coalesce(today.created_at, history.first_moved_at) as opened_at,
        case
            when not today.is_closed then null
            else coalesce(
                history.closed_at, {{ local_midnight('today.close_date') }}, today.created_at, history.first_moved_at
            )
        end as closed_at,
        history.first_closed_at,
        history.pipeline_entered_at,
        coalesce(history.reopen_count, 0) as reopen_count,
        coalesce(history.has_moved_backward, false) as has_moved_backward,
        coalesce(history.has_skipped_stages, false) as has_skipped_stages
    from today
    left join history on today.opportunity_id = history.opportunity_id
),

-- Without history a deal beyond acceptance entered the pipeline when it was created, a won one at its close at the latest.
entered as (
    select
        *,
        case
            when pipeline_entered_at is not null then pipeline_entered_at
            when not has_stage_history and (is_pipeline or is_closed) then coalesce(opened_at, closed_at)
            when is_won then closed_at
        end as entered_at
    from with_history
),

dated as (
    select
        opportunity_id,
        opened_at as created_at,
        {{ local_date('opened_at') }} as created_date,
        entered_at as pipeline_entered_at,
        {{ local_date('entered_at') }} as pipeline_entered_date,
        closed_at,
        {{ local_date('closed_at') }} as closed_date,
        coalesce(first_closed_at, closed_at) as first_closed_at,
        canonical_stage,
        is_stage_known,
        not is_closed as is_open,
        is_closed,
        is_won,
        outcome_basis,
        is_closed and not is_won and canonical_stage not in ('unqualified', 'duplicate') as is_lost,
        has_stage_history,
        is_closed_date_from_history,
        pipeline_entered_at is null and entered_at is not null as is_pipeline_entry_inferred,
        has_skipped_stages,
        has_moved_backward,
        coalesce({{ local_date('closed_at') }} < {{ local_date('opened_at') }}, false) as is_closed_before_created,
        coalesce(
            {{ days_between(local_date('opened_at'), local_date('closed_at')) }} between 0 and {{ fault_limit('F08') }}, false
        ) as is_created_at_close,
        coalesce(not is_closed and close_date < {{ as_of_date() }}, false) as is_close_date_overdue,
        coalesce({{ local_date('closed_at') }} > {{ known_until() }}, false) as is_closed_in_future,
        reopen_count
    from entered
)

select * from dated
