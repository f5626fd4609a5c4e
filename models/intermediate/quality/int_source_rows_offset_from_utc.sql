-- Only what has landed as text can say an offset. Staging and its neighbour are named so that they were built before
-- and no other thread is looking at a raw table too.
-- depends_on: {{ ref('int_source_rows_set_aside') }}
{%- set branches = [] -%}
{%- for system, table in source_tables() %}
-- depends_on: {{ ref('stg_' ~ system ~ '__' ~ table) }}
    {%- set contract = raw_contract(system, table) -%}
    {%- set written -%}
        select
            '{{ system }}' as source_system,
            '{{ table }}' as source_table,
            row_key,
            column_name
        from (
            select
                {{ raw_landed_key(contract, as_landed=false) if execute else 'nothing' }} as row_key,
                {{ column_offset_from_utc(contract) }} as column_name
            from {{ raw_landed_rows(contract) }} as landed_rows
        ) as rows_with_times
        where column_name is not null
    {%- endset -%}
    {%- if contract.is_present -%}
        {%- do branches.append(written) -%}
    {%- endif -%}
{%- endfor %}

with

offset_from_utc as (
    {{ branches | join('\n    union all\n    ') or "select '' as source_system, '' as source_table, '' as row_key, '' as column_name where false" }}
),

source_rows_offset_from_utc as (
    select distinct
        source_system,
        source_table,
        {{ key_hash("source_system || '.' || source_table", 'row_key') }} as key_hash,
        {{ without_emails('row_key') }} as row_key,
        column_name
    from offset_from_utc
)

select * from source_rows_offset_from_utc
