-- What the models that date and sort deals have flagged.
with opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
),

sorted_by_kind as (
    select * from {{ ref('int_opportunities_sorted_by_kind') }}
),

read_by_stage as (
    select * from {{ ref('int_opportunities_read_by_stage') }}
),

stages_entered as (
    select * from {{ ref('int_opportunity_stages_entered') }}
),

stage_names as (
    select distinct stage_name from {{ ref('opportunity_stages') }}
),

in_one_second as (
    select opportunity_id
    from (
        select
            opportunity_id,
            changed_at
        from stages_entered
        group by
            opportunity_id,
            changed_at
        having count(*) > 1
    ) as seconds
    group by opportunity_id
),

flagged as (
    {%- for fault_id, condition, detail in [
        ('F08', 'is_created_at_close', 'closed when it was created'),
        ('F08', 'is_closed_before_created', 'closed before it was created'),
        ('F12', 'is_close_date_overdue', 'open after its close date'),
        ('F12', 'is_closed and close_date > ' ~ as_of_date(), 'closed, with a close date to come'),
        ('F16', 'has_moved_backward', 'went back a stage'),
        ('F16', 'has_skipped_stages', 'left a stage out'),
        ('F17', 'reopen_count > 0', 'opened again after its close'),
        ('F41', "business_kind not in ('new_business', 'test')", 'not new business'),
    ] %}
    select
        '{{ fault_id }}' as fault_id,
        'opportunities' as source_table,
        opportunity_id as row_key,
        '{{ detail }}' as fault_detail
    from opportunities
    where {{ condition }}
    union all
    {%- endfor %}
    select
        'F16' as fault_id,
        'opportunities' as source_table,
        opportunity_id as row_key,
        'two stages in one second' as fault_detail
    from in_one_second
    union all
    select
        'F42' as fault_id,
        'opportunities' as source_table,
        opportunity_id as row_key,
        'excluded: ' || exclusion_reason as fault_detail
    from sorted_by_kind
    where exclusion_reason <> business_kind
    union all
    select
        'F18' as fault_id,
        'opportunities' as source_table,
        opportunity_id as row_key,
        'a stage that no definition names' as fault_detail
    from read_by_stage
    where not is_stage_known
    union all
    select
        'F18' as fault_id,
        'opportunity_changes' as source_table,
        stages_entered.opportunity_change_id as row_key,
        'a stage that no definition names' as fault_detail
    from stages_entered
    left join stage_names on stages_entered.stage_name = stage_names.stage_name
    where stage_names.stage_name is null
),

faults_found as (
    select
        fault_id,
        'crm' as source_system,
        source_table,
        row_key,
        fault_detail
    from flagged
)

select * from faults_found
