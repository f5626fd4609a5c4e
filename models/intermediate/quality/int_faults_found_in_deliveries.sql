-- What the door has told already: rows that the source marks as deleted (F04), days of ad cost (F29) and events (F33)
-- that were delivered again, events of a clock that is too far ahead (F32) and rows that cannot be read (F48).
with rows_set_aside as (
    select * from {{ ref('int_source_rows_set_aside') }}
),

judged as (
    select
        case
            when row_outcome = 'deleted at source' then 'F04'
            when row_outcome = 'quarantined' and row_problem like '%hours after received_at' then 'F32'
            when row_outcome = 'quarantined' then 'F48'
            when source_system = 'web' then 'F33'
            when source_table in ('campaign_days', 'ad_days') then 'F29'
        end as fault_id,
        source_system,
        source_table,
        row_key,
        case row_outcome when 'superseded' then 'delivered again' else coalesce(row_problem, row_outcome) end as fault_detail
    from rows_set_aside
),

faults_found as (
    select
        fault_id,
        source_system,
        source_table,
        row_key,
        fault_detail
    from judged
    where fault_id is not null
)

select * from faults_found
