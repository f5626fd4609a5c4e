{#- What maintained tables know of each other, in the schema maintenance. -#}
{% macro maintenance_relation(kind, relation) -%}
    {{ return(adapter.quote('maintenance') ~ '.' ~ adapter.quote(kind ~ '__' ~ relation.schema ~ '__' ~ relation.identifier)) }}
{%- endmacro %}


{% macro maintenance_temporary(work, part) -%}
    {{ return(adapter.quote(work.temporary ~ '__' ~ part)) }}
{%- endmacro %}


{#- Run once before a build. A model that is no more reads nothing, so that nobody keeps changes for it. -#}
{% macro maintenance_tables() -%}
    {%- if execute and tables_are_maintained() -%}
        {%- set names = [] -%}
        {%- for node in graph.nodes.values() if node.config.materialized == 'maintained' -%}
            {%- do names.append("'" ~ node.schema ~ '.' ~ node.alias ~ "'") -%}
        {%- endfor -%}
        create schema if not exists maintenance;
        create table if not exists maintenance.tables_built (
            table_name varchar,
            build_number bigint,
            is_whole boolean,
            fingerprint varchar,
            way varchar,
            reached_key_count bigint,
            changed_row_count bigint,
            invocation_id varchar
        );
        create table if not exists maintenance.inputs_read (table_name varchar, input_name varchar, build_number bigint);
        create table if not exists maintenance.landed_tables (
            table_name varchar,
            invocation_id varchar,
            fingerprint varchar,
            row_count bigint,
            hash_sum hugeint
        );
        delete from maintenance.inputs_read where table_name not in ({{ names | join(', ') }})
    {%- endif -%}
{%- endmacro %}


{#- Puts into the work: the last build of the table, and of each input which changes were not read yet. -#}
{% macro maintained_read_state(work) -%}
    {%- set names = ["'" ~ work.name ~ "'"] -%}
    {%- for input in work.inputs -%}{%- do names.append("'" ~ input.name ~ "'") -%}{%- endfor -%}
    {%- set statement -%}
        select
            tables_built.table_name,
            max(tables_built.build_number),
            max(tables_built.build_number) filter (where tables_built.is_whole),
            max_by(tables_built.fingerprint, tables_built.build_number),
            any_value(inputs_read.build_number),
            coalesce(sum(tables_built.changed_row_count) filter (where tables_built.build_number > inputs_read.build_number), 0)
        from maintenance.tables_built
        left join maintenance.inputs_read
            on
                tables_built.table_name = inputs_read.input_name
                and inputs_read.table_name = '{{ work.name }}'
        where tables_built.table_name in ({{ names | join(', ') }})
        group by tables_built.table_name
    {%- endset -%}
    {%- set known = {} -%}
    {%- for row in run_query(statement).rows -%}{%- do known.update({row[0]: row}) -%}{%- endfor -%}
    {%- set own = known.get(work.name) -%}
    {%- do work.update({'last_build': own[1] if own else none, 'last_fingerprint': own[3] if own else none}) -%}
    {%- for input in work.inputs -%}
        {%- set row = known.get(input.name) -%}
        {%- do input.update({'is_rebuilt': false, 'is_changed': true, 'build': row[1] if row else none, 'read_build': row[4] if row else none}) -%}
        {%- if input.kind == 'landed' and not input.contract.is_present -%}
            {%- do input.update({'is_changed': false, 'build': none}) -%}
        {%- elif input.kind != 'unmaintained' -%}
            {%- set is_rebuilt = row is none or row[4] is none or row[2] > row[4] -%}
            {%- do input.update({'is_rebuilt': is_rebuilt, 'is_changed': is_rebuilt or row[5] > 0}) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}


{% macro maintained_write_down(work) -%}
    {%- set build_number = (work.last_build or 0) + 1 -%}
    {%- set statements = [] -%}
    {%- if work.way == 'keep' -%}
        {% call statement('main') %}select 'nothing changed'{% endcall %}
    {%- else -%}
        {%- do statements.append(
            "insert into maintenance.tables_built values ('" ~ work.name ~ "', " ~ build_number ~ ", " ~ (work.way == 'whole' or not work.last_build) ~ ", '"
            ~ work.fingerprint ~ "', '" ~ work.way ~ "', " ~ work.get('reached_count', 'null') ~ ", " ~ work.changed_count ~ ", '" ~ invocation_id ~ "')"
        ) -%}
    {%- endif -%}
    {%- set read = [] -%}
    {%- for input in work.inputs if input.kind != 'unmaintained' and input.build -%}
        {%- do read.append("('" ~ work.name ~ "', '" ~ input.name ~ "', " ~ input.build ~ ")") -%}
    {%- endfor -%}
    {%- if work.way != 'keep' or work.inputs | selectattr('is_changed') | list -%}
        {%- do statements.append("delete from maintenance.inputs_read where table_name = '" ~ work.name ~ "'") -%}
        {%- if read -%}
            {%- do statements.append('insert into maintenance.inputs_read values ' ~ read | join(', ')) -%}
        {%- endif -%}
    {%- endif -%}
    {%- if statements -%}{%- do run_query(statements | join('; ')) -%}{%- endif -%}
{%- endmacro %}


{#- The SQL that forgets the changes which every reader has read. -#}
{% macro maintained_forget_read_changes(work) -%}
    {{ return('delete from ' ~ work.changes ~ ' where build_number <= ' ~ maintenance_read_by_all(work.name)) }}
{%- endmacro %}

{% macro maintenance_read_by_all(name) -%}
    {{ return("coalesce((select min(inputs_read.build_number) from maintenance.inputs_read where inputs_read.input_name = '" ~ name ~ "'), 0)") }}
{%- endmacro %}
