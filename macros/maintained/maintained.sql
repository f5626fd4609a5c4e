{#-
    A maintained table is built whole the first time. From then on a build computes again only what the changes of its
    inputs reach, and the result is what a whole build would give.

    Every maintained table keeps, in the schema maintenance, the rows that changed since its readers last read it
    (as they were and as they are), so a reader knows what to do:

    - no input changed, and neither did its own SQL: nothing is done;
    - the table is kept by a key (config.meta.maintained.by): the keys that the changed rows of its inputs reach are
      computed again from the rows of these keys alone, and replaced where they differ;
    - else it is computed whole, compared with what stands, and replaced where it differs.

    A table that remembers (config.meta.maintained.keeps, an expression that names a row) only ever gets rows of new
    names: what was once written stays, whatever is asked for.

    The table, its changes and what it has read are written in one transaction: a build that was interrupted goes on
    where it stopped. macros/maintained/inputs.sql says how a change finds the keys it reaches.
-#}
{% materialization maintained, adapter='duckdb', supported_languages=['sql'] %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('open_transaction', auto_begin=True) %}select 1{% endcall %}

    {%- set work = maintained_work(target_relation, existing_relation) -%}
    {%- if work.way == 'part' -%}
        {%- do maintained_find_keys(work) -%}
    {%- endif -%}
    {%- if work.way == 'whole' -%}
        {%- do maintained_build_whole(work, existing_relation) -%}
    {%- elif work.way in ('part', 'compare') -%}
        {%- do maintained_replace_changes(work) -%}
    {%- endif -%}
    {%- do maintained_write_down(work) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% if work.way == 'whole' %}{% do persist_docs(target_relation, model) %}{% endif %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{#- What has to be done with the table of this node, and all that is known about it and its inputs. -#}
{% macro maintained_work(target_relation, existing_relation) -%}
    {%- set settings = model.config.meta.get('maintained', {}) -%}
    {%- set work = {
        'table': target_relation,
        'name': target_relation.schema ~ '.' ~ target_relation.identifier,
        'changes': maintenance_relation('changed', target_relation),
        'temporary': model.name,
        'by': settings.get('by'),
        'by_key': settings.get('by'),
        'keeps': settings.get('keeps'),
        'inputs': maintained_inputs(model, settings.get('inputs', {})),
        'fingerprint': maintained_fingerprint(),
        'changed_count': 0,
        'columns': {},
        'temporaries': [],
    } -%}
    {%- set landed = work.inputs | selectattr('kind', 'equalto', 'landed') | list -%}
    {%- if landed and work.by != 'key_hash' -%}
        {%- do work.update({'by_key': key_hash("'" ~ landed[0].contract.label ~ "'", work.by)}) -%}
    {%- endif -%}
    {%- do landed_look(work) -%}
    {%- do maintained_read_state(work) -%}
    {%- set ways = [] -%}
    {%- if existing_relation is none or existing_relation.type != 'table' or should_full_refresh() or work.last_build is none -%}
        {%- do ways.append('whole') -%}
    {%- endif -%}
    {%- if work.fingerprint != work.last_fingerprint -%}
        {%- do ways.append('whole' if work.by or maintained_has_other_columns(existing_relation) else 'compare') -%}
    {%- endif -%}
    {%- for input in work.inputs -%}
        {%- if input.is_rebuilt -%}
            {%- do ways.append('whole' if work.by or maintained_has_other_columns(existing_relation) else 'compare') -%}
        {%- elif input.is_changed -%}
            {%- do ways.append('part' if work.by and input.kind != 'unmaintained' else 'compare') -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do work.update({'way': (['whole', 'compare', 'part', 'keep'] | select('in', ways + ['keep']) | list | first)}) -%}
    {%- if work.way == 'whole' and work.keeps and existing_relation is not none -%}
        {%- if maintained_has_other_columns(existing_relation) -%}
            {{ exceptions.raise_compiler_error(
                work.name ~ ' remembers what was once written, and its model now has other columns than the table: '
                ~ 'alter the table by hand, or drop it to forget.'
            ) }}
        {%- endif -%}
        {%- do work.update({'way': 'compare'}) -%}
    {%- endif -%}
    {{ return(work) }}
{%- endmacro %}


{#-
    What the table is computed by: its SQL, that of the views it reads, and the agreed rows. Another one means another
    definition.
-#}
{% macro maintained_fingerprint() -%}
    {%- set sql_anywhere = sql | replace(adapter.quote(target.database) ~ '.', '') -%}  {#- a warehouse file may be renamed -#}
    {%- set parts = [sql_anywhere, tojson(model.config.meta)] -%}
    {%- for column in model.columns.values() -%}{%- do parts.append(column.name ~ ' ' ~ column.data_type) -%}{%- endfor -%}
    {%- do parts.extend(maintained_definitions_read(model)) -%}
    {{ return(local_md5(parts | join('|'))) }}
{%- endmacro %}


{% macro maintained_definitions_read(node) -%}
    {%- set found = [] -%}
    {%- for unique_id in node.depends_on.nodes | sort -%}
        {%- set read = graph.nodes.get(unique_id) -%}
        {%- if read is not none and read.resource_type == 'seed' and not maintained_is_raw(unique_id) -%}
            {#- the rows that are loaded: a build of some models may come between an edit of the file and its load -#}
            {%- set relation = api.Relation.create(database=read.database, schema=read.schema, identifier=read.alias) -%}
            {%- set rows = run_query(
                'select count(*), sum(cast(hash(agreed_rows) as hugeint)) from ' ~ relation ~ ' as agreed_rows'
            ).rows[0] -%}
            {%- do found.append(read.name ~ rows[0] ~ ' ' ~ rows[1] ~ tojson(read.config.column_types)) -%}
        {%- elif read is not none and read.config.materialized == 'view' -%}
            {%- do found.extend(run_query(
                "select sql from duckdb_views() where database_name = '" ~ read.database ~ "' and schema_name = '" ~ read.schema
                ~ "' and view_name = '" ~ read.alias ~ "'"
            ).columns[0].values()) -%}
            {%- do found.extend(maintained_definitions_read(read)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{#- Whether the SQL gives other columns, types or another order than the standing table has, so that the two cannot be compared. -#}
{% macro maintained_has_other_columns(existing_relation) -%}
    {%- set shapes = [] -%}
    {%- for described in [existing_relation | string, '(' ~ sql ~ ') as computed'] if existing_relation is not none -%}
        {%- set shape = [] -%}
        {%- for row in run_query('describe select * from ' ~ described).rows -%}{%- do shape.append(row[0] ~ ' ' ~ row[1]) -%}{%- endfor -%}
        {%- do shapes.append(shape | join(', ')) -%}
    {%- endfor -%}
    {{ return(shapes | unique | list | length > 1) }}
{%- endmacro %}


{% macro maintained_build_whole(work, existing_relation) -%}
    {%- if existing_relation is not none -%}
        {%- do run_query('drop ' ~ existing_relation.type ~ ' if exists ' ~ existing_relation) -%}
    {%- endif -%}
    {% call statement('main') -%}
        {{ create_table_as(False, work.table, sql) }}
    {%- endcall %}
    {%- do run_query('drop table if exists ' ~ work.changes) -%}
{%- endmacro %}


{#-
    Computes the new rows (of the reached keys, or all), compares them with the standing ones and replaces what differs.
    Few statements: on a small day half of the time is dbt's and DuckDB's work on each of them.
-#}
{% macro maintained_replace_changes(work) -%}
    {%- set columns = [] -%}
    {%- for name in maintained_columns(work, work.table) -%}{%- do columns.append(adapter.quote(name)) -%}{%- endfor -%}
    {%- set columns = columns | join(', ') -%}
    {%- set computed = maintenance_temporary(work, 'computed') -%}
    {%- set build_number = (work.last_build or 0) + 1 -%}
    {%- set statements = [] -%}
    {%- if work.way == 'part' -%}
        {%- set reached = work.by_key ~ ' in (select reached_key from ' ~ maintenance_temporary(work, 'reached') ~ ')' -%}
        {#- An input read whole may bring rows of other keys, made of a part of what makes them. -#}
        {%- set new_sql = 'select * from (' ~ maintained_sql_of_reached(work) ~ ') as computed_rows where ' ~ reached -%}
        {%- set standing = maintenance_temporary(work, 'standing') -%}
        {%- do statements.append('create or replace temporary table ' ~ standing ~ ' as select rowid as standing_row, ' ~ columns ~ ' from ' ~ work.table ~ ' where ' ~ reached) -%}
    {%- else -%}
        {%- set new_sql = sql -%}
        {%- set standing = work.table | string -%}
    {%- endif -%}
    {% call statement('main') -%}
        create or replace temporary table {{ computed }} as ({{ new_sql }})
    {%- endcall %}
    {%- do statements.append('create table if not exists ' ~ work.changes ~ ' as select cast(0 as bigint) as build_number, ' ~ columns
        ~ ' from ' ~ work.table ~ ' limit 0') -%}
    {%- do statements.append(maintained_forget_read_changes(work)) -%}
    {%- set differing_rows -%}
        {%- if work.keeps -%}
        select {{ columns }} from {{ computed }} where {{ work.keeps }} not in (select {{ work.keeps }} from {{ work.table }})
        {%- else -%}
        {#- Counts of both sides: of 10,000 rows except all makes two windows over every column, and takes 2 s. -#}
        select {{ columns }}
        from (select {{ columns }}, 1 as copies from {{ standing }} union all select {{ columns }}, -1 from {{ computed }}) as both_sides
        group by {{ columns }}
        having sum(copies) != 0
        {%- endif -%}
    {%- endset -%}
    {%- do statements.append('insert into ' ~ work.changes ~ ' select ' ~ build_number ~ ', * from (' ~ differing_rows ~ ') as differing_rows') -%}
    {%- do statements.append('select count(*) from ' ~ work.changes ~ ' where build_number = ' ~ build_number) -%}
    {%- do work.update({'changed_count': run_query(statements | join('; ')).rows[0][0]}) -%}

    {%- set statements = [] -%}
    {%- set changed = ' from ' ~ work.changes ~ ' where build_number = ' ~ build_number -%}
    {%- if work.changed_count and work.keeps -%}
        {%- do statements.append('insert into ' ~ work.table ~ ' (' ~ columns ~ ') select ' ~ columns ~ changed) -%}
    {%- elif work.changed_count -%}
        {%- set differing = work.by ~ ' in (select ' ~ work.by ~ changed ~ ')' if work.by else 'true' -%}
        {%- if work.way == 'part' -%}
            {#- by their place: the keys were already looked for in the whole table once -#}
            {%- do statements.append('delete from ' ~ work.table ~ ' where rowid in (select standing_row from ' ~ standing ~ ' where ' ~ differing ~ ')') -%}
        {%- else -%}
            {%- do statements.append('delete from ' ~ work.table ~ ' where ' ~ differing) -%}
        {%- endif -%}
        {%- do statements.append('insert into ' ~ work.table ~ ' (' ~ columns ~ ') select ' ~ columns ~ ' from ' ~ computed ~ ' where ' ~ differing) -%}
    {%- endif -%}
    {%- for part in ['computed', 'standing', 'reached'] -%}
        {%- do work.temporaries.append(maintenance_temporary(work, part)) -%}
    {%- endfor -%}
    {%- for temporary in work.temporaries -%}
        {%- do statements.append('drop table if exists ' ~ temporary) -%}
    {%- endfor -%}
    {%- do run_query(statements | join('; ')) -%}
{%- endmacro %}
