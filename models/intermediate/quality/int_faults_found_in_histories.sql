-- Leads and deals whose history begins in the middle (F43): created before it is whole, and first seen in a stage that
-- nothing is created in.
with histories_covered as (
    select * from {{ ref('int_histories_covered') }}
    where is_cut_off
),

lead_statuses as (
    select * from {{ ref('int_lead_statuses_dated') }}
    where is_creation
),

opportunities as (
    select * from {{ ref('stg_crm__opportunities') }}
),

opportunity_changes as (
    select
        opportunity_id,
        min(changed_at) as first_changed_at
    from {{ ref('int_opportunity_changes_gathered') }}
    group by opportunity_id
),

faults_found as (
    select
        'F43' as fault_id,
        'crm' as source_system,
        'leads' as source_table,
        lead_statuses.lead_id as row_key,
        'the beginning of its history is gone' as fault_detail
    from lead_statuses
    inner join histories_covered
        on
            histories_covered.history_table = 'lead_changes'
            and lead_statuses.entered_at < histories_covered.complete_from_at
    where lead_statuses.canonical_stage is distinct from 'inquiry'
    union all
    select
        'F43' as fault_id,
        'crm' as source_system,
        'opportunities' as source_table,
        opportunities.opportunity_id as row_key,
        'the beginning of its history is gone' as fault_detail
    from opportunities
    inner join histories_covered
        on
            histories_covered.history_table = 'opportunity_changes'
            and opportunities.created_at < histories_covered.complete_from_at
    left join opportunity_changes on opportunities.opportunity_id = opportunity_changes.opportunity_id
    where
        opportunity_changes.first_changed_at is null
        or opportunity_changes.first_changed_at > opportunities.created_at + interval '1' day
)

select * from faults_found
