{%- set used = definitions_used_by() -%}
with definitions as (
    select * from {{ ref('definitions') }}
    where definition_kind <> 'guards'  -- they move no number
),

seeds_of_tables as (
    select * from {{ listed_values(used.tables, ['table_name', 'definition_kind']) }}
),

tables_of_metrics as (
    select * from {{ listed_values(used.metrics, ['metric_name', 'table_name', 'is_for_members']) }}
),

inputs_of_metrics as (
    select * from {{ listed_values(used.inputs, ['metric_name', 'input_name']) }}
),

used as (
    select
        seeds_of_tables.table_name as used_by,
        'table' as used_by_kind,
        definitions.definition_id,
        false as is_for_members
    from seeds_of_tables
    inner join definitions on seeds_of_tables.definition_kind = definitions.definition_kind
    union all
    select
        'metric.' || tables_of_metrics.metric_name as used_by,
        'metric' as used_by_kind,
        definitions.definition_id,
        tables_of_metrics.is_for_members
    from tables_of_metrics
    inner join seeds_of_tables on tables_of_metrics.table_name = seeds_of_tables.table_name
    inner join definitions on seeds_of_tables.definition_kind = definitions.definition_kind
    union all
    select
        'metric.' || metric_name as used_by,
        'metric' as used_by_kind,
        'metric.' || input_name as definition_id,
        false as is_for_members
    from inputs_of_metrics
),

-- The settings of a build (the lookback, the currency) are those of every number.
settings_used as (
    select distinct
        used.used_by,
        used.used_by_kind,
        definitions.definition_id,
        false as is_for_members
    from used
    cross join definitions
    where definitions.definition_kind = 'agreed_settings'
),

used_once as (
    select
        used_by,
        used_by_kind,
        definition_id,
        bool_and(is_for_members) as is_for_members
    from (
        select * from used
        union all
        select * from settings_used
    ) as every_use
    group by used_by, used_by_kind, definition_id
),

definitions_used as (
    select
        used_once.used_by,
        used_once.used_by_kind,
        used_once.definition_id,
        definitions.valid_from_date,
        definitions.next_valid_from_date,
        definitions.definition_kind,
        used_once.is_for_members,
        definitions.version_number
    from used_once
    inner join definitions on used_once.definition_id = definitions.definition_id
)

select * from definitions_used
