{%- set quarantined_tables = [] -%}
{%- for system, table in source_tables() -%}
    {%- set contract = raw_contract(system, table) -%}
    {%- set quarantined_table -%}
        select
            '{{ system }}' as source_system,
            '{{ table }}' as source_table,
            {{ raw_key(contract) }} as row_key,
            source_file,
            source_row,
            row_problem
        from {{ raw_checked(contract) }} as checked_rows
        where row_problem is not null
    {%- endset -%}
    {%- do quarantined_tables.append(quarantined_table) -%}
{%- endfor %}

with

quarantined as (
    {{ quarantined_tables | join('\n    union all\n    ') }}
),

quarantined_rows as (
    select
        source_system,
        source_table,
        {{ without_emails('row_key') }} as row_key,
        source_file,
        source_row,
        row_problem
    from quarantined
)

select * from quarantined_rows
