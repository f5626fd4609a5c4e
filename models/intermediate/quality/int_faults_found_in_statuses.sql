-- Spellings of statuses: of those that differ only by case, dots and blanks the most frequent one is the company's own.
with leads as (
    select * from {{ ref('stg_crm__leads') }}
),

lead_changes as (
    select * from {{ ref('stg_crm__lead_changes') }}
    where field_name = 'status'
),

lead_statuses as (
    select distinct lead_status from {{ ref('lead_statuses') }}
),

written as (
    select
        'leads' as source_table,
        lead_id as row_key,
        lead_status as spelling
    from leads
    where lead_status is not null
    union all
    select
        'lead_changes' as source_table,
        lead_change_id as row_key,
        new_value as spelling
    from lead_changes
    where new_value is not null
),

spellings as (
    select
        spelling,
        {{ replace_everywhere('lower(spelling)', '[^a-z0-9]', '') }} as letters,
        count(*) as spelling_count
    from written
    group by spelling
),

judged as (
    select
        spellings.spelling,
        lead_statuses.lead_status is not null as is_known,
        first_value(spellings.spelling) over (
            partition by spellings.letters order by spellings.spelling_count desc, spellings.spelling asc
        ) as usual_spelling
    from spellings
    left join lead_statuses on {{ label('spellings.spelling') }} = lead_statuses.lead_status
),

faults_found as (
    select
        'F19' as fault_id,
        'crm' as source_system,
        written.source_table,
        written.row_key,
        case when judged.is_known then 'a spelling of ' || judged.usual_spelling else 'a status that no definition names' end
            as fault_detail
    from written
    inner join judged on written.spelling = judged.spelling
    where not judged.is_known or judged.usual_spelling <> judged.spelling
)

select * from faults_found
