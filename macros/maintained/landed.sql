{#-
    Raw tables are not ours: a loader may append to them, rewrite rows in place, delete rows or bring back old ones.
    So a change is found by content: the hash of each row is remembered beside the hash of its key. The first model of
    a build that reads a raw table looks at it, and writes the keys whose rows changed among the changes of the table,
    for every reader of it. That two rows of a hundred million share one 64-bit hash has a probability of 3 in 10,000,
    and only a row changed into its own twin would be missed.
-#}
{% macro landed_look(work) -%}
    {%- set names = [] -%}
    {%- for input in work.inputs if input.kind == 'landed' and input.contract.is_present -%}
        {%- do names.append("'" ~ input.name ~ "'") -%}
    {%- endfor -%}
    {%- if names -%}
        {%- set looks = {} -%}
        {%- for row in run_query(
            'select table_name, invocation_id, fingerprint from maintenance.landed_tables where table_name in (' ~ names | join(', ') ~ ')'
        ).rows -%}{%- do looks.update({row[0]: row}) -%}{%- endfor -%}
        {%- for input in work.inputs if input.kind == 'landed' and input.contract.is_present -%}
            {%- set look = looks.get(input.name, [none, none, none]) -%}
            {%- set fingerprint = local_md5(landed_hashes(input) | replace(adapter.quote(target.database) ~ '.', '')) -%}
            {%- if look[2] != fingerprint -%}
                {%- do landed_remember_all(input, fingerprint) -%}
            {%- elif look[1] != invocation_id -%}
                {%- do landed_find_changes(input, fingerprint, work) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{% macro landed_hashes(input) -%}
    {%- set values = [] -%}
    {%- for column in input.contract.columns + [input.contract.source_file, input.contract.source_row] if column.is_landed -%}
        {%- do values.append(column.landed_name) -%}
    {%- endfor -%}
    {%- do values.extend(input.contract.marks_landed_as) -%}
    select {{ landed_key_hash(input.contract) }} as key_hash, hash({{ values | join(', ') or '1' }}) as row_hash
    from {{ input.contract.relation }}
{%- endmacro %}


{#- Of the columns of the landed table itself. -#}
{% macro landed_key_hash(contract) -%}
    {{ return(key_hash("'" ~ contract.label ~ "'", raw_landed_key(contract))) }}
{%- endmacro %}


{#- A table seen for the first time, or with other columns: everything in it is new. -#}
{% macro landed_remember_all(input, fingerprint) -%}
    {%- set remembered = maintenance_relation('landed', input.relation) -%}
    {%- set changes = maintenance_relation('changed', input.relation) -%}
    {%- do run_query(
        'create or replace table ' ~ remembered ~ ' as ' ~ landed_hashes(input)
        ~ '; create or replace table ' ~ changes ~ ' (build_number bigint, key_hash ubigint); '
        ~ landed_write_down(input, fingerprint, 'whole', remembered) ~ '; ' ~ landed_write_look(input, fingerprint, remembered)
    ) -%}
{%- endmacro %}


{#-
    A count and a sum of hashes tell that nothing changed, or that rows were only added: then one look for what is not
    remembered finds them. Else rows are compared both ways, copies too.
-#}
{% macro landed_find_changes(input, fingerprint, work) -%}
    {%- set remembered = maintenance_relation('landed', input.relation) -%}
    {%- set changes = maintenance_relation('changed', input.relation) -%}
    {%- set seen = maintenance_temporary(work, 'seen') -%}
    {%- set differing = maintenance_temporary(work, 'differing') -%}
    {%- set remembered_totals = "(select row_count, hash_sum from maintenance.landed_tables where table_name = '" ~ input.name ~ "')" -%}
    {%- set is_same = run_query(
        'create or replace temporary table ' ~ seen ~ ' as ' ~ landed_hashes(input)
        ~ '; select (' ~ landed_totals(seen) ~ ') = ' ~ remembered_totals | replace('select row_count, hash_sum', 'select (row_count, hash_sum)')
    ).rows[0][0] -%}
    {%- set statements = [] -%}
    {%- if not is_same -%}
        {%- set is_added = run_query(
            'create or replace temporary table ' ~ differing ~ ' as select * from ' ~ seen ~ ' where not exists (select 1 from '
            ~ remembered ~ ' as known where known.row_hash = ' ~ seen ~ '.row_hash); select (' ~ landed_totals(seen) ~ ') = ('
            ~ 'select (known.row_count + added.row_count, known.hash_sum + added.hash_sum) from ' ~ remembered_totals ~ ' as known, '
            ~ '(select count(*) as row_count, coalesce(sum(cast(row_hash as hugeint)), 0) as hash_sum from ' ~ differing ~ ') as added)'
        ).rows[0][0] -%}
        {%- if not is_added -%}
            {%- do statements.append(
                'create or replace temporary table ' ~ differing ~ ' as select key_hash, row_hash from (select *, 1 as copies from '
                ~ seen ~ ' union all select *, -1 from ' ~ remembered ~ ') as both_sides group by key_hash, row_hash having sum(copies) != 0'
            ) -%}
        {%- endif -%}
        {%- set of_differing = ' where key_hash in (select key_hash from ' ~ differing ~ ')' -%}
        {%- do statements.append('delete from ' ~ changes ~ ' where build_number <= ' ~ maintenance_read_by_all(input.name)) -%}
        {%- do statements.append(landed_write_down(input, fingerprint, 'part', differing)) -%}
        {%- do statements.append(
            'insert into ' ~ changes ~ " select (select max(build_number) from maintenance.tables_built where table_name = '" ~ input.name
            ~ "'), key_hash from (select distinct key_hash from " ~ differing ~ ') as differing_keys'
        ) -%}
        {%- if not is_added -%}{%- do statements.append('delete from ' ~ remembered ~ of_differing) -%}{%- endif -%}
        {%- do statements.append('insert into ' ~ remembered ~ ' select * from ' ~ (differing if is_added else seen ~ of_differing)) -%}
    {%- endif -%}
    {%- do statements.append(landed_write_look(input, fingerprint, seen)) -%}
    {%- do statements.append('drop table ' ~ seen) -%}
    {%- do statements.append('drop table if exists ' ~ differing) -%}
    {%- do run_query(statements | join('; ')) -%}
{%- endmacro %}


{% macro landed_totals(hashes) -%}
    {{ return('select (count(*), coalesce(sum(cast(row_hash as hugeint)), 0)) from ' ~ hashes) }}
{%- endmacro %}


{% macro landed_write_look(input, fingerprint, hashes) -%}
    {{ return(
        "delete from maintenance.landed_tables where table_name = '" ~ input.name ~ "'; insert into maintenance.landed_tables select '"
        ~ input.name ~ "', '" ~ invocation_id ~ "', '" ~ fingerprint ~ "', count(*), coalesce(sum(cast(row_hash as hugeint)), 0) from " ~ hashes
    ) }}
{%- endmacro %}


{% macro landed_write_down(input, fingerprint, way, differing) -%}
    {{ return(
        "insert into maintenance.tables_built select '" ~ input.name ~ "', (select coalesce(max(build_number), 0) + 1 from maintenance.tables_built"
        ~ " where table_name = '" ~ input.name ~ "'), " ~ (way == 'whole') ~ ", '" ~ fingerprint ~ "', '" ~ way
        ~ "', count(distinct key_hash), count(*), '" ~ invocation_id ~ "' from " ~ differing
    ) }}
{%- endmacro %}
