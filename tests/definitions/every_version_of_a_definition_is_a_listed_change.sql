-- A definition is changed on purpose: its version goes up by one, and definition_changes.csv says what was agreed.
with definitions as (
    select
        definition_id,
        max(version_number) as newest_version,
        count(*) as dated_count,
        max_by(version_number, valid_from_date) as latest_version
    from {{ ref('definitions') }}
    group by definition_id
),

versions as (
    select
        definition_id,
        count(*) as version_count,
        max(version_number) as newest_version,
        max_by(is_restating, version_number) as is_last_restating,
        max_by(is_retiring, version_number) as is_retired
    from {{ ref('definition_versions') }}
    group by definition_id
),

judged as (
    select
        versions.definition_id,
        case
            when definitions.definition_id is null and not versions.is_retired
                then 'has changes, but there is no such definition; correct the id, or list its end with retires = true'
            when definitions.definition_id is not null and versions.is_retired
                then 'is listed as retired and still stands'
            when definitions.newest_version > versions.newest_version
                then 'has version ' || definitions.newest_version || '; add its row to seeds/definitions/definition_changes.csv'
            when definitions.newest_version < versions.newest_version
                then 'has a change to version ' || versions.newest_version || '; raise the version of the definition to it'
            when versions.version_count < versions.newest_version
                then 'has a version that definition_changes.csv does not list; versions go up by one'
            when
                versions.newest_version > 1
                and not versions.is_last_restating
                and not versions.is_retired
                and (definitions.dated_count = 1 or definitions.latest_version < definitions.newest_version)
                then 'was changed from a day on, so its earlier row stays; add a later row, or say restates = true'
        end as problem
    from versions
    left join definitions on versions.definition_id = definitions.definition_id
)

select
    definition_id,
    problem
from judged
where problem is not null
