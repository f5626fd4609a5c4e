with definitions as (
    select * from {{ ref('definitions') }}
),

changes as (
    select * from {{ ref('definition_changes') }}
),

-- The first version is what the definition says of itself. A row that was edited in place says it no more: then only
-- its first day is known, unless the list of changes kept the rest.
first_versions as (
    select
        definition_id,
        1 as version_number,
        min(valid_from_date) as changed_date,
        max(agreed_by) filter (where version_number = 1) as agreed_by,
        max(definition_reason) filter (where version_number = 1) as change_reason
    from definitions
    group by definition_id
),

listed as (
    select
        definition_id,
        version as version_number,
        changed_on as changed_date,
        agreed_by,
        what_changed as change_text,
        reason as change_reason,
        restates as is_restating,
        coalesce(retires, false) as is_retiring
    from changes
    union all
    select
        first_versions.definition_id,
        first_versions.version_number,
        first_versions.changed_date,
        first_versions.agreed_by,
        'first agreed' as change_text,
        first_versions.change_reason,
        false as is_restating,
        false as is_retiring
    from first_versions
    left join changes
        on
            first_versions.definition_id = changes.definition_id
            and first_versions.version_number = changes.version
    where changes.definition_id is null
),

definition_versions as (
    select
        definition_id,
        changed_date,
        change_text,
        agreed_by,
        change_reason,
        is_restating,
        is_retiring,
        version_number
    from listed
)

select * from definition_versions
