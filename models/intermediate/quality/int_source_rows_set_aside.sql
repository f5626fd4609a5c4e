-- Two branches per source table: what the door refuses, and of the keys with several rows or a deleted one, what
-- does not count. Staging is named so that it was built before and no other thread is looking at a raw table too.
{%- set branches = [] -%}
{%- for system, table in source_tables() %}
-- depends_on: {{ ref('stg_' ~ system ~ '__' ~ table) }}
    {%- set contract = raw_contract(system, table) -%}
    {%- set refused -%}
        select
            '{{ system }}' as source_system,
            '{{ table }}' as source_table,
            row_key,
            source_file,
            source_row,
            'quarantined' as row_outcome,
            row_problem
        from {{ raw_refused(contract) }} as refused_rows
    {%- endset -%}
    {%- do branches.append(refused) -%}
    {%- if contract.is_present -%}
        {%- set deleted_column = contract.columns | selectattr('name', 'equalto', 'is_deleted') | selectattr('is_landed') | list -%}
        {%- set is_merged = deleted_column and contract.columns | selectattr('name', 'equalto', 'master_record_id') | list -%}
        {%- set keys_to_rank -%}
            in (
                select key_guess
                from (
                    select {{ raw_key_guess(contract) }} as key_guess, {{ raw_landed_value(deleted_column[0]) if deleted_column else 'false' }} as is_deleted
                    from {{ contract.relation }}
                ) as landed_keys
                group by key_guess
                having count(*) > 1 or bool_or(is_deleted)
            )
        {%- endset -%}
        {%- set not_counted -%}
        select
            '{{ system }}',
            '{{ table }}',
            row_key,
            cast(null as string),
            cast(null as bigint),
            case when version_rank > 1 then 'superseded' else 'deleted at source' end,
            cast(null as string)
        from (
            select
                *,
                row_number() over (partition by row_key order by {{ raw_newest_first(contract) }}) as version_rank
            from (
                select *, {{ raw_key(contract) }} as row_key
                from {{ raw_usable(contract, keys_to_rank) }} as usable_rows
            ) as usable_rows_with_keys
        ) as ranked_rows
        where version_rank > 1{{ ' or is_deleted' if deleted_column }}{{ ' and master_record_id is null' if is_merged }}
        {%- endset -%}
        {%- do branches.append(not_counted) -%}
    {%- endif -%}
{%- endfor %}

with

set_aside as (
    {{ branches | join('\n    union all\n    ') }}
),

source_rows_set_aside as (
    select
        source_system,
        source_table,
        {{ key_hash("source_system || '.' || source_table", 'row_key') }} as key_hash,
        {{ without_emails('row_key') }} as row_key,
        source_file,
        source_row,
        row_outcome,
        row_problem
    from set_aside
)

select * from source_rows_set_aside
