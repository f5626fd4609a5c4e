-- What the models that date and sort deals have flagged.
with opportunities as (
    select * from {{ ref('int_opportunities_prepared') }}
),

read_by_stage as (
    select * from {{ ref('int_opportunities_read_by_stage') }}
),

stages_entered as (
    select * from {{ ref('int_opportunity_stages_entered') }}
),

people as (
    select
        person_id,
        {{ local_date('coalesce(original_source_seen_at, created_at)') }} as first_seen_date
    from {{ ref('int_people_unified') }}
),

opportunities_linked as (
    select * from {{ ref('int_opportunities_linked_to_people') }}
    where is_primary
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
        ('F12', 'is_closed and close_date > ' ~ known_until(), 'closed, with a close date to come'),
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
        'F49' as fault_id,
        'opportunities' as source_table,
        opportunity_id as row_key,
        'a flag disagrees: by its stage it is '
        || case when is_won then 'won' when is_closed then 'closed' else 'open' end as fault_detail
    from read_by_stage
    where is_outcome_disputed
    union all
    select
        'F50' as fault_id,
        'opportunities' as source_table,
        opportunities.opportunity_id as row_key,
        case when opportunities.is_won then 'won' else 'closed' end || ' before its person was first seen' as fault_detail
    from opportunities
    inner join opportunities_linked on opportunities.opportunity_id = opportunities_linked.opportunity_id
    inner join people on opportunities_linked.person_id = people.person_id
    where opportunities.closed_date < people.first_seen_date
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
