-- Three branches per source table. The counts are taken in different places, so that their sum proves something:
-- what came in, was refused or is a copy from the landed rows, deletions behind the door, use from staging.
-- Few keys have a row that is deleted: only their rows pass the door again.
{%- set branches = [] -%}
{%- for system, table in source_tables() -%}
    {%- set contract = raw_contract(system, table) -%}
    {%- set usable = raw_usable_if(contract) -%}
    {%- set deleted_column = contract.columns | selectattr('name', 'equalto', 'is_deleted') | selectattr('is_landed') | list -%}
    {%- set landed -%}
        select
            '{{ system }}' as source_system,
            '{{ table }}' as source_table,
            {{ contract.is_present }} as is_present,
            count(*) as received_count,
            0 as used_count,
            0 as deleted_count,
            count(*) filter (where {{ usable }}) - count(distinct case when {{ usable }} then {{ raw_key(contract) }} end) as superseded_count,
            count(*) - count(*) filter (where {{ usable }}) as quarantined_count
        from {{ raw_landed_rows(contract) }} as landed_rows
    {%- endset -%}
    {%- do branches.append(landed) -%}
    {%- if contract.is_present and deleted_column -%}
        {%- set rows_of_deleted_keys -%}
        (
            select * from {{ contract.relation }}
            where {{ raw_key_guess(contract) }} in (
                select {{ raw_key_guess(contract) }} from {{ contract.relation }} where {{ raw_landed_value(deleted_column[0]) }}
            )
        ) as rows_of_deleted_keys
        {%- endset -%}
        {%- set deleted -%}
        select '{{ system }}', '{{ table }}', true, 0, 0, count(*), 0, 0
        from {{ raw_current(dict(contract, relation=rows_of_deleted_keys)) }} as current_rows
        where is_deleted {{ 'and master_record_id is null' if contract.columns | selectattr('name', 'equalto', 'master_record_id') | list }}
        {%- endset -%}
        {%- do branches.append(deleted) -%}
    {%- endif -%}
    {%- set used -%}
        select '{{ system }}', '{{ table }}', {{ contract.is_present }}, 0, count(*), 0, 0, 0
        from {{ ref('stg_' ~ system ~ '__' ~ table) }}
    {%- endset -%}
    {%- do branches.append(used) -%}
{%- endfor %}

with

counted as (
    {{ branches | join('\n    union all\n    ') }}
),

source_tables as (
    select * from {{ ref('source_tables') }}
),

added_up as (
    select
        source_system,
        source_table,
        bool_or(is_present) as is_present,
        sum(received_count) as received_count,
        sum(used_count) as used_count,
        sum(deleted_count) as deleted_count,
        sum(superseded_count) as superseded_count,
        sum(quarantined_count) as quarantined_count
    from counted
    group by
        source_system,
        source_table
),

source_rows as (
    select
        added_up.source_system,
        added_up.source_table,
        source_tables.needed_for,
        source_tables.is_required,
        added_up.is_present,
        added_up.received_count > 0 as has_rows,
        cast(added_up.received_count as bigint) as received_count,
        cast(added_up.used_count as bigint) as used_count,
        cast(added_up.deleted_count as bigint) as deleted_at_source_count,
        cast(added_up.superseded_count as bigint) as superseded_count,
        cast(added_up.quarantined_count as bigint) as quarantined_count
    from added_up
    left join source_tables
        on
            added_up.source_system = source_tables.source_system
            and added_up.source_table = source_tables.source_table
)

select * from source_rows
