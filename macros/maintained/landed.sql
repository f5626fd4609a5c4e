{#-
    Raw tables are not ours: a loader may append to them, rewrite rows in place, delete rows or bring back old ones.
    So a change is found by content: the hash of each row the last build read is remembered beside the hash of its key,
    and what a new look finds more or less than that has changed. Two 64-bit hashes a row; that two rows of a hundred
    million share one has a probability of 3 in 10,000, and only a row changed into its own twin would be missed.
-#}
{% macro landed_hashes(input) -%}
    {%- set values = [] -%}
    {%- for column in input.contract.columns if column.is_landed -%}
        {%- do values.append(column.landed_name) -%}
    {%- endfor -%}
    select hash({{ landed_key(input.contract) }}) as key_hash, hash({{ values | join(', ') }}) as row_hash
    from {{ input.contract.relation }}
{%- endmacro %}


{#- The key as staging shows it, of a landed row. Only tables with one key column are kept by their key. -#}
{% macro landed_key(contract) -%}
    {%- set column = contract.columns | selectattr('name', 'equalto', contract.key[0]) | first -%}
    {%- set value = raw_landed_value(column) -%}
    {{ return(crm_id(value) if contract.system == 'crm' else 'cast(' ~ value ~ ' as string)') }}
{%- endmacro %}


{% macro landed_remember_all(input) -%}
    {%- do run_query('create or replace table ' ~ maintenance_relation('landed', input.relation) ~ ' as ' ~ landed_hashes(input)) -%}
{%- endmacro %}


{% macro landed_see(input, work) -%}
    {%- do run_query('create or replace temporary table ' ~ maintenance_temporary(work, 'seen') ~ ' as ' ~ landed_hashes(input)) -%}
{%- endmacro %}


{% macro landed_reached_keys(input, work) -%}
    {%- set seen = maintenance_temporary(work, 'seen') -%}
    {%- set remembered = maintenance_relation('landed', input.relation) -%}
    (
        select key_hash from {{ seen }} where not exists (select 1 from {{ remembered }} as known where known.row_hash = {{ seen }}.row_hash)
        union all
        select key_hash from {{ remembered }} as known where not exists (select 1 from {{ seen }} where {{ seen }}.row_hash = known.row_hash)
    )
{%- endmacro %}


{#- The SQL after which what is remembered of the reached keys is what was seen. -#}
{% macro landed_remember_changes(input, work) -%}
    {%- set remembered = maintenance_relation('landed', input.relation) -%}
    {%- set reached = ' where key_hash in (select reached_key from ' ~ maintenance_temporary(work, 'reached') ~ ')' -%}
    {{ return('delete from ' ~ remembered ~ reached ~ '; insert into ' ~ remembered ~ ' select * from '
        ~ maintenance_temporary(work, 'seen') ~ reached) }}
{%- endmacro %}
