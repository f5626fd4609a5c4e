{#-
    How a change finds the rows it reaches. Of a table kept by a key, every input is one of these:

    - it has the key as a column (or one that means it: `column`), and the rows of a key are made of the input's rows
      of that key: a changed row reaches its own key, and only rows of reached keys are read again;
    - it is looked up by something else: `reaches` is the SQL that gives the keys which the changed rows reach
      ({changed}: the changed rows of this input, {this}: the table as it stands, {name}: another input of the model),
      and it is read whole, unless `column` says by which of its columns it may be cut;
    - neither: any change of it makes the table compute everything again and compare.

        config:
          meta:
            maintained:
              by: opportunity_id
              inputs:
                int_people_unified:
                  reaches: select opportunity_id from {int_people_placed} where person_id in (select person_id from {changed})
-#}
{% macro maintained_inputs(node, rules) -%}
    {%- set inputs = [] -%}
    {%- for unique_id in maintained_readings(node) if not maintained_is_for_order(unique_id) -%}
        {%- set read = graph.sources[unique_id] if unique_id.startswith('source.') else graph.nodes[unique_id] -%}
        {%- set relation = api.Relation.create(
            database=read.database, schema=read.schema, identifier=read.get('identifier') or read.alias
        ) -%}
        {%- if maintained_is_raw(unique_id) -%}
            {%- set kind = 'landed' -%}
        {%- elif read.config.materialized == 'maintained' -%}
            {%- set kind = 'maintained' -%}
        {%- else -%}
            {%- set kind = 'unmaintained' -%}
        {%- endif -%}
        {%- set input = {
            'model': read.name,
            'name': relation.schema ~ '.' ~ relation.identifier,
            'relation': relation,
            'kind': kind,
            'rule': rules.get(read.name, {}),
            'is_read_directly': unique_id in node.depends_on.nodes,
        } -%}
        {%- if kind == 'landed' -%}
            {%- set names = (read.source_name, read.name) if unique_id.startswith('source.') else read.name.split('__') -%}
            {%- do input.update({'contract': raw_contract(names[0], names[1])}) -%}
        {%- endif -%}
        {%- do inputs.append(input) -%}
    {%- endfor -%}
    {{ return(inputs) }}
{%- endmacro %}


{#- What a node reads, each once: a view stands for what it reads itself. Definitions are part of the fingerprint. -#}
{% macro maintained_readings(node) -%}
    {%- set found = [] -%}
    {%- for unique_id in node.depends_on.nodes -%}
        {%- set read = graph.nodes.get(unique_id) -%}
        {%- if read is not none and read.config.materialized == 'view' -%}
            {%- do found.extend(maintained_readings(read)) -%}
        {%- elif read is none or read.resource_type != 'seed' or maintained_is_raw(unique_id) -%}
            {%- do found.append(unique_id) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found | unique | list) }}
{%- endmacro %}


{#-
    Whether a node is named by this model only so that it is built before: config.meta.maintained.after, a layer or a
    list of layers and models. Two models that read raw tables must follow each other: both would look at what changed.
-#}
{% macro maintained_is_for_order(unique_id) -%}
    {%- set after = model.config.meta.get('maintained', {}).get('after', []) -%}
    {%- set names = [after] if after is string else after -%}
    {{ return(
        unique_id in graph.nodes
        and (graph.nodes[unique_id].fqn[1] in names or graph.nodes[unique_id].name in names)
    ) }}
{%- endmacro %}


{% macro maintained_is_raw(unique_id) -%}
    {{ return(unique_id.startswith('source.') or (unique_id.startswith('seed.') and graph.nodes[unique_id].fqn[1] == 'raw')) }}
{%- endmacro %}


{#-
    The keys that the changes reach, as a temporary table. When an input has no way to say which, or when they are so
    many that the parts would cost more than the whole, the work becomes another.
-#}
{% macro maintained_find_keys(work) -%}
    {%- set reaching = [] -%}
    {%- for input in work.inputs if input.is_changed -%}
        {%- set keys = maintained_keys_reached(input, work) -%}
        {%- if keys -%}{%- do reaching.append(keys) -%}{%- else -%}{%- do work.update({'way': 'compare'}) -%}{%- endif -%}
    {%- endfor -%}
    {%- if work.way == 'part' -%}
        {%- set reached = maintenance_temporary(work, 'reached') -%}
        {%- set counts = run_query(
            'create or replace temporary table ' ~ reached ~ ' as select distinct reached_key from ('
            ~ reaching | join(' union all ') ~ ') as reaching (reached_key) where reached_key is not null; '
            ~ 'select (select count(*) from ' ~ reached ~ '), (select count(*) from ' ~ work.table ~ '), '
            ~ "(select coalesce(sum(row_count), 0) from maintenance.landed_tables where table_name in ('"
            ~ work.inputs | map(attribute='name') | join("', '") ~ "'))"
        ).rows[0] -%}
        {%- if counts[0] == 0 -%}
            {%- do work.update({'way': 'keep'}) -%}
        {%- elif counts[0] * 100 > [counts[1], counts[2]] | max * setting('whole_build_above_percent') -%}
            {#- A table built whole makes its readers whole; to compare 100,000 rows costs less than a second. -#}
            {%- do work.update({'way': 'compare' if work.keeps or counts[1] < 100000 else 'whole'}) -%}
        {%- endif -%}
        {%- do work.update({'reached_count': counts[0]}) -%}
    {%- endif -%}
{%- endmacro %}


{#- The SQL of the keys that the changed rows of one input reach; none when nothing says it. -#}
{% macro maintained_keys_reached(input, work) -%}
    {%- set changed = '(select * from ' ~ maintenance_relation('changed', input.relation) ~ ' where build_number > ' ~ input.read_build ~ ')' -%}
    {%- if input.kind == 'landed' -%}
        {{ return('(select key_hash from ' ~ changed ~ ' as changed_rows)') }}
    {%- endif -%}
    {%- if input.rule.get('reaches') -%}
        {%- set places = {'{changed}': changed, '{this}': work.table | string} -%}
        {%- for other in work.inputs -%}
            {%- do places.update({'{' ~ other.model ~ '}': other.relation | string}) -%}
        {%- endfor -%}
        {%- set statement = namespace(sql=input.rule.reaches) -%}
        {%- for place, relation in places.items() -%}
            {%- set statement.sql = statement.sql | replace(place, relation) -%}
        {%- endfor -%}
        {{ return('(' ~ statement.sql ~ ')') }}
    {%- endif -%}
    {%- set column = maintained_cut_column(work, input.relation, input.rule) -%}
    {{ return('(select ' ~ column ~ ' from ' ~ changed ~ ' as changed_rows)' if column else none) }}
{%- endmacro %}


{#- The column by which an input may be cut to the reached keys; none when it is read whole. -#}
{% macro maintained_cut_column(work, relation, rule) -%}
    {%- if rule.get('column') -%}
        {{ return(rule.column) }}
    {%- elif rule.get('reaches') -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(work.by if work.by in maintained_columns(work, relation) else none) }}
{%- endmacro %}


{#- Names of the columns of a table, asked for once. -#}
{% macro maintained_columns(work, relation) -%}
    {%- if (relation | string) not in work.columns -%}
        {%- do work.columns.update({relation | string: columns_of_table(relation) | map('first') | list}) -%}
    {%- endif -%}
    {{ return(work.columns[relation | string]) }}
{%- endmacro %}


{#- The model's SQL, its inputs cut to the rows of the reached keys. -#}
{% macro maintained_sql_of_reached(work) -%}
    {%- set rewritten = namespace(sql=sql) -%}
    {%- set reached = ' in (select reached_key from ' ~ maintenance_temporary(work, 'reached') ~ '))' -%}
    {%- set rules = model.config.meta.maintained.get('inputs', {}) -%}
    {%- for unique_id in model.depends_on.nodes if not maintained_is_for_order(unique_id) -%}
        {%- set read = graph.nodes.get(unique_id) -%}
        {%- if read is not none and read.resource_type == 'model' -%}
            {%- set relation = api.Relation.create(database=read.database, schema=read.schema, identifier=read.alias) -%}
            {%- set column = maintained_cut_column(work, relation, rules.get(read.name, {})) -%}
            {%- if column -%}
                {%- set rewritten.sql = rewritten.sql | replace(relation | string, '(select * from ' ~ relation ~ ' where ' ~ column ~ reached) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set is_reached_from_raw_only = work.inputs | rejectattr('kind', 'equalto', 'landed') | selectattr('is_changed') | list | length == 0 -%}
    {%- for input in work.inputs if input.kind == 'landed' and input.contract.is_present -%}
        {%- set landed = input.contract.relation | string -%}
        {%- if is_reached_from_raw_only and not input.is_changed -%}
            {%- set rewritten.sql = rewritten.sql | replace(landed, '(select * from ' ~ landed ~ ' where false)') -%}
        {%- else -%}
            {#- The door reads a table several times. -#}
            {%- set rows = maintenance_temporary(work, 'landed_' ~ loop.index) -%}
            {%- do run_query(
                'create or replace temporary table ' ~ rows ~ ' as select * from ' ~ landed ~ ' where ' ~ landed_key_hash(input.contract)
                ~ ' in (select reached_key from ' ~ maintenance_temporary(work, 'reached') ~ ')'
            ) -%}
            {%- do work.temporaries.append(rows) -%}
            {%- set rewritten.sql = rewritten.sql | replace(landed, rows) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(rewritten.sql) }}
{%- endmacro %}
