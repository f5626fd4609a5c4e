{#-
    The only door to raw data.

    A source table has a contract: its `columns` in models/staging/<system>/_<system>.yml (name, data_type) and in
    `config.meta` its `key` (what makes a row unique), `latest_by` (the stamp by which the newest of several rows with one
    key is current), `required` (columns that must have a value), `not_after` (the moment of a column that another column
    bounds, give or take hours), `cost` (of tables of cost: where a row states its amount, day and account, and the
    columns that `breaks_down_by` cuts it by, which are then part of the key), `keeps_deleted` (its rows name things that
    other rows still refer to) and `anonymous_without` (a required column whose emptiness is no fault). Of the landed table
    the door makes rows of exactly that shape:

    - A table or a column that the company does not have reads as empty. Names may differ in case and
      underscores, as loaders spell them (FirstRespondedDate, firstrespondeddate), and custom fields end in __c.
    - A row with a value that does not cast, without a required one or with a moment that cannot be, is in quarantine:
      it has a row_problem.
    - An id that is a placeholder (null, (not set), a hash of nothing: seeds/definitions/placeholders) reads as empty.
    - A row that is whole but for an id in `anonymous_without` is anonymous: set aside and counted, and no fault.
    - Of several usable rows with one key the newest is current, the others are superseded. Newest is, in this order: the
      active version where a loader keeps history (raw_versions), the stamp of the contract, the loader's own stamps, the
      newest load, and of one load the later row: of files by name, then of rows (python/touchstone/load).
    - A row that its loader marks as deleted, or of which no version is active, was deleted at the source.

    raw() gives the usable, current rows; raw_refused() the rows in quarantine. The linter (.sqlfluff sets `linted`)
    reads the table's name for it: the door writes 380 kB of SQL, on which it would take seven minutes.
-#}
{% macro raw(system, table) -%}
    {%- set current = raw_current(raw_contract(system, table)) -%}
    {{ source(system, table) if var('linted', false) else current }}
{%- endmacro %}


{#- The usable rows of a key that a newer one of the key took the place of: what a source overwrote and a load kept. -#}
{% macro raw_earlier(system, table) -%}
    {%- set contract = raw_contract(system, table) -%}
    {%- if not contract.is_present -%}
    (select {{ raw_names(contract) }} from {{ raw_usable(contract) }} as usable_rows where false)
    {%- else -%}
    (
        with

        {{ raw_ranked_rows(contract) }}

        select {{ raw_names(contract, contract.deleted_if) }}
        from ranked_rows
        where version_rank > 1
    )
    {%- endif -%}
{%- endmacro %}


{#- Every landed row, whether it can be used or not, its text trimmed and not cast: for reading a text once, not rows. -#}
{% macro raw_unchecked(system, table) -%}
    {{ raw_landed_rows(raw_contract(system, table)) }}
{%- endmacro %}


{#-
    The usable, current rows of what a contract says. Few keys have several rows: only those are put in order. A row
    that cannot be used may make a key look repeated, and does no harm.
-#}
{% macro raw_current(contract) -%}
    {%- if not contract.is_present -%}
    (select {{ raw_names(contract) }} from {{ raw_usable(contract) }} as usable_rows)
    {%- else -%}
    {%- set names = raw_names(contract, contract.gone_if) -%}
    {%- set is_there = 'not (' ~ contract.is_gone ~ ')' if contract.leaves_out_gone -%}
    (
        with

        {{ raw_ranked_rows(contract) }}

        select {{ names }}
        from {{ raw_usable(contract, 'not in (select repeated_guesses.key_guess from repeated_guesses)') }} as single_rows
        {%- if is_there %}
        where {{ is_there }}
        {%- endif %}
        union all
        select {{ names }}
        from ranked_rows
        where version_rank = 1{{ ' and ' ~ is_there if is_there }}
    )
    {%- endif -%}
{%- endmacro %}


{#- The usable rows of keys that seem repeated, the newest of each key first. -#}
{% macro raw_ranked_rows(contract) -%}
    repeated_guesses as (
        select key_guess
        from (select {{ raw_key_guess(contract) }} as key_guess from {{ contract.relation }}) as landed_keys
        where key_guess is not null
        group by key_guess
        having count(*) > 1
    ),

    ranked_rows as (
        select
            *,
            row_number() over (partition by {{ raw_key(contract) }} order by {{ raw_newest_first(contract) }}) as version_rank
        from {{ raw_usable(contract, 'in (select repeated_guesses.key_guess from repeated_guesses)') }} as repeated_rows
    )
{%- endmacro %}


{#- The columns of the contract; what the loader says of the row makes it deleted. -#}
{% macro raw_names(contract, deleted_if=[]) -%}
    {%- for column in contract.columns -%}
        {%- if column.name == 'is_deleted' and deleted_if -%}
        case when {{ deleted_if | join(' or ') }} then true else is_deleted end as is_deleted{{ ', ' if not loop.last }}
        {%- else -%}
        {{ adapter.quote(column.name) }}{{ ', ' if not loop.last }}
        {%- endif -%}
    {%- else -%}
        1 as nothing
    {%- endfor -%}
{%- endmacro %}


{#- What has landed of a table: its relation (none when it is absent) and the types of its columns. -#}
{% macro raw_table(system, table) -%}
    {#- Both branches register the edge in the graph, so that lineage holds and one `dbt build` runs in order. -#}
    {%- if setting('raw_data') == 'sample' -%}
        {%- set relation = ref(system ~ '__' ~ table) -%}
    {%- else -%}
        {%- set relation = source(system, table) -%}
    {%- endif -%}
    {{ return(raw_landed(relation, raw_node(system, table)) if execute else {'relation': relation, 'types': {}}) }}
{%- endmacro %}


{% macro raw_node(system, table) -%}
    {%- if not graph.sources -%}
        {{ exceptions.raise_compiler_error(
            "dbt gives a unit test no sources, so no staging model can have one: put the example in tests/examples."
        ) }}
    {%- endif -%}
    {{ return(graph.sources['source.' ~ project_name ~ '.' ~ system ~ '.' ~ table]) }}
{%- endmacro %}


{#-
    What the door knows about a table: the contract, met with what has landed. Kept in the graph, which lives as long as
    one run of dbt: some models ask for all 29 tables, when compiled and when run, which took 5 s of queries each. Who
    asks reads the table and so comes after its load; a seed that has not landed yet is not kept.
-#}
{% macro raw_contract(system, table) -%}
    {%- if not execute -%}
        {%- do placeholders() -%}
        {{ return({'relation': raw_table(system, table).relation, 'is_present': false, 'columns': [], 'key': []}) }}
    {%- endif -%}
    {%- set node = raw_node(system, table) -%}
    {%- set kept = graph.setdefault('raw_contracts', {}) -%}
    {%- if node.unique_id not in kept -%}
        {%- set landed = raw_table(system, table) -%}
        {%- set contract = raw_contract_of(landed, node) -%}
        {%- if setting('raw_data') == 'sample' and not landed.has_landed -%}{{ return(contract) }}{%- endif -%}
        {%- do kept.update({node.unique_id: contract}) -%}
    {%- endif -%}
    {{ return(kept[node.unique_id]) }}
{%- endmacro %}


{% macro raw_contract_of(landed, node) -%}
    {%- set meta = node.config.meta -%}
    {%- set columns = [] -%}
    {%- for column in node.columns.values() -%}
        {%- do columns.append(raw_column(
            column,
            landed.types,
            column.name in meta.get('required', []),
            column.name in meta.get('anonymous_without', []),
            column.name in meta.get('open_start', []),
        )) -%}
    {%- endfor -%}
    {%- for name, bound in meta.get('not_after', {}).items() -%}
        {%- do raw_bound(columns, name, bound) -%}
    {%- endfor -%}
    {%- set key = meta.get('key', []) | list -%}
    {%- for name in meta.get('cost', {}).get('breaks_down_by', []) + ['_breakdown'] if meta.get('cost') and name not in key -%}
        {%- set cut = raw_column({'name': name, 'data_type': 'varchar'}, landed.types, false) -%}
        {%- if cut.is_landed -%}{%- do columns.append(cut) -%}{%- do key.append(name) -%}{%- endif -%}
    {%- endfor -%}
    {%- set versions = raw_versions(landed.types) -%}
    {%- set marks = versions.marks | map(attribute='name') | list -%}
    {%- set deleted_if = ['_is_marked_deleted'] if '_is_marked_deleted' in marks else [] -%}
    {%- set gone_if = deleted_if + (['not _is_active'] if '_is_active' in marks else []) -%}
    {%- set is_told, is_told_as_landed = gone_if | list, [] -%}
    {%- for mark in versions.marks if mark.name in ['_is_marked_deleted', '_is_active'] -%}
        {%- do is_told_as_landed.append(('not ' if mark.name == '_is_active' else '') ~ '(' ~ mark.value ~ ')') -%}
    {%- endfor -%}
    {%- for column in columns if column.name == 'is_deleted' and column.is_landed -%}
        {%- do is_told.append('coalesce(is_deleted, false)') -%}
        {%- do is_told_as_landed.append('coalesce(' ~ raw_landed_value(column) ~ ', false)') -%}
    {%- endfor -%}
    {%- if meta.get('keeps_deleted') -%}{%- set is_told, is_told_as_landed = [], [] -%}{%- endif -%}
    {%- set stamps = [] -%}
    {%- for name in [meta.get('latest_by'), '_fivetran_synced'] if name and name not in stamps -%}
        {%- set known = columns | selectattr('name', 'equalto', name) | list -%}
        {%- set stamp = known[0] if known else raw_column({'name': name, 'data_type': 'timestamp'}, landed.types, false) -%}
        {%- if stamp.is_landed -%}
            {%- if not known -%}{%- do columns.append(stamp) -%}{%- endif -%}
            {%- do stamps.append(name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({
        'relation': landed.relation,
        'is_present': landed.relation is not none,
        'columns': columns,
        'key': key,
        'stamps': stamps + (marks | select('in', ['_fivetran_start', '_dlt_load_id']) | list),
        'marks': versions.marks,
        'marks_landed_as': versions.landed_as,
        'deleted_if': deleted_if,
        'gone_if': gone_if,
        'leaves_out_gone': is_told and 'is_deleted' not in node.columns,
        'is_gone': is_told | join(' or ') or 'false',
        'is_gone_as_landed': is_told_as_landed | join(' or ') or 'false',
        'cost': meta.get('cost'),
        'system': node.source_name,
        'label': node.source_name ~ '.' ~ node.name,
        'source_file': raw_column({'name': '_source_file', 'data_type': 'varchar'}, landed.types, false),
        'source_row': raw_column({'name': '_source_row', 'data_type': 'bigint'}, landed.types, false),
    }) }}
{%- endmacro %}


{#- The landed table under whatever case it has, and its columns: simplified name -> quoted name and type. -#}
{% macro raw_landed(relation, node) -%}
    {%- set types = {} -%}
    {%- set found = namespace(relation=none, has_landed=false) -%}
    {%- for name in tables_of_schema(relation.database, relation.schema) -%}
        {%- if raw_simplified(name) == raw_simplified(relation.identifier)
            and (found.relation is none or name == relation.identifier) -%}
            {%- set found.relation = relation.replace_path(identifier=name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if found.relation is not none -%}
        {%- set found.has_landed = true -%}
        {%- for name, data_type in columns_of_table(found.relation) -%}
            {%- set simplified = raw_simplified(name) -%}
            {%- if simplified not in types or name in node.columns -%}
                {%- do types.update({simplified: {'name': adapter.quote(name), 'data_type': data_type}}) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- elif setting('raw_data') == 'sample' -%}
        {#- Not seeded yet: compiles by the contract, and fails when run as any missing table does. -#}
        {%- set found.relation = relation -%}
        {%- for name in node.columns -%}
            {%- do types.update({raw_simplified(name): {'name': adapter.quote(name), 'data_type': 'unknown'}}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return({'relation': found.relation, 'types': types, 'has_landed': found.has_landed}) }}
{%- endmacro %}


{#- Without the byte order mark that some exports begin with. -#}
{% macro raw_simplified(name) -%}
    {{ return(modules.re.sub('__c$', '', name | lower) | replace('_', '') | replace('\ufeff', '')) }}
{%- endmacro %}


{#-
    One column of a contract. landed_value reads it from the landed table, where text is not yet cast; value and
    problem are of a query over those, so that no expression is computed twice; usable_value is the cheaper value of
    rows that have no problem.
-#}
{% macro raw_column(column, types, is_required, is_anonymous_without=false, is_open_start=false) -%}
    {%- set spellings = [] -%}
    {%- for name in [column.name] + raw_other_names(column.name) if raw_simplified(name) in types -%}
        {%- do spellings.append(types[raw_simplified(name)]) -%}
    {%- endfor -%}
    {%- set landed = spellings | first if spellings else none -%}
    {%- set name = adapter.quote(column.name) -%}
    {%- set result = {
        'name': column.name, 'data_type': column.data_type, 'is_landed': landed is not none, 'landed_name': landed.name,
        'value': name, 'usable_value': name, 'usable_if': [], 'problems': [], 'anonymous_if': [],
    } -%}
    {%- if is_required and landed is none -%}
        {%- do result.usable_if.append('false') -%}
        {%- do result.problems.append("when true then '" ~ column.name ~ ": the table has no such column'") -%}
    {%- elif is_anonymous_without -%}
        {%- do result.usable_if.append(name ~ ' is not null') -%}
        {%- do result.anonymous_if.append('when ' ~ name ~ " is null then '" ~ column.name ~ ": without consent there is none'") -%}
    {%- elif is_required -%}
        {%- do result.usable_if.append(name ~ ' is not null') -%}
        {%- do result.problems.append('when ' ~ name ~ " is null then '" ~ column.name ~ ": a value is required'") -%}
    {%- endif -%}
    {%- if landed is none -%}
        {%- do result.update({'landed_value': dbt.cast('null', column.data_type)}) -%}
    {%- elif column.data_type == 'varchar' -%}
        {%- set is_id = column.name == 'id' or column.name.endswith('_id') -%}
        {%- do result.update({'landed_value': raw_id(landed) if is_id else raw_text(landed)}) -%}
    {%- elif raw_needs_no_check(landed.data_type, column.data_type) -%}
        {%- set landed_value = raw_typed_value(landed, column.data_type) -%}
        {%- if column.data_type == 'date' -%}{%- set landed_value = raw_day(landed_value, false, is_open_start) -%}{%- endif -%}
        {%- do result.update({'landed_value': landed_value}) -%}
    {%- else -%}
        {%- set text = raw_text(landed) -%}
        {%- do result.update({
            'landed_value': raw_day(text, true, is_open_start) if column.data_type == 'date' else text,
            'value': cast_text(name, column.data_type),
            'usable_value': parsed_text(name, column.data_type),
        }) -%}
        {%- do result.usable_if.append('(' ~ name ~ ' is null or ' ~ casts_to(name, column.data_type) ~ ')') -%}
        {%- do result.problems.append(
            'when ' ~ name ~ ' is not null and ' ~ result.value ~ " is null then '"
            ~ column.name ~ ': not a ' ~ column.data_type ~ "'"
        ) -%}
    {%- endif -%}
    {{ return(result) }}
{%- endmacro %}


{#-
    A day, but for the days that systems write for "always" and "never", which are none. A column that says from when
    something holds (`open_start` in the contract) has the first day a contract's date can be instead.
-#}
{% macro raw_day(value, is_text, is_open_start) -%}
    {%- set first_days = ['0001-01-01', '1753-01-01', '1899-12-30', '1899-12-31', '1900-01-01'] -%}
    {%- set last_days = ['2999-12-31', '4000-12-31', '9999-12-31'] -%}
    {%- set day = 'left(' ~ value ~ ', 10)' if is_text else value -%}
    {%- set mark = '' if is_text else 'date ' -%}
    {%- set first_is = mark ~ "'1900-01-01'" if is_open_start else 'null' -%}
    {%- set first = mark ~ "'" ~ (first_days + (['0000-00-00'] if is_text else [])) | join("', " ~ mark ~ "'") ~ "'" -%}
    {%- set last = mark ~ "'" ~ last_days | join("', " ~ mark ~ "'") ~ "'" -%}
    {{ return(
        'case when ' ~ day ~ ' in (' ~ first ~ ') then ' ~ first_is ~ ' when ' ~ day ~ ' not in (' ~ last ~ ') then '
        ~ value ~ ' end'
    ) }}
{%- endmacro %}


{#-
    A moment that is later than its bound allows is a clock that errs: `not_after: {timestamp: {column: received_at,
    hours: 24}}`. Where one of the two is not given nothing is known.
-#}
{% macro raw_bound(columns, name, bound) -%}
    {%- set column = columns | selectattr('name', 'equalto', name) | first -%}
    {%- set limit = columns | selectattr('name', 'equalto', bound.column) | first -%}
    {%- if column.is_landed and limit.is_landed -%}
        {%- set too_late = " > {} + interval '" ~ bound.hours ~ "' hour" -%}
        {%- do column.usable_if.append(
            'not coalesce(' ~ column.usable_value ~ too_late.format(limit.usable_value) ~ ', false)'
        ) -%}
        {%- do column.problems.append(
            'when ' ~ column.value ~ too_late.format(limit.value) ~ " then '" ~ name ~ ': more than ' ~ bound.hours
            ~ ' hours after ' ~ bound.column ~ "'"
        ) -%}
    {%- endif -%}
{%- endmacro %}


{#- What other loaders than Fivetran call its own columns. -#}
{% macro raw_other_names(name) -%}
    {{ return({
        'is_deleted': ['_fivetran_deleted'],
        '_fivetran_synced': [
            '_airbyte_extracted_at', '_airbyte_emitted_at', '_sdc_batched_at', '_sdc_extracted_at', '_sdc_received_at',
            'system_modstamp',
        ],
    }.get(name, [])) }}
{%- endmacro %}


{#-
    What loaders say of a row and its version, as far as it has landed: the columns (marks: their name and value, of the
    landed table) and the names they were read from. Of a table that keeps history, the active version of a row is the one
    whose end is open. dlt numbers its loads by their time.
-#}
{% macro raw_versions(types) -%}
    {%- set found = {'marks': [], 'landed_as': []} -%}
    {%- set conditions = {'_is_marked_deleted': [], '_is_active': []} -%}
    {%- set written = {
        '_fivetran_deleted': ('_is_marked_deleted', "coalesce(lower({}) in ('true', 't', '1', 'yes'), false)"),
        '_ab_cdc_deleted_at': ('_is_marked_deleted', "coalesce(trim({}), '') <> ''"),
        '_sdc_deleted_at': ('_is_marked_deleted', "coalesce(trim({}), '') <> ''"),
        '_fivetran_active': ('_is_active', "coalesce(lower({}) not in ('false', 'f', '0', 'no'), true)"),
        '_dlt_valid_to': ('_is_active', "coalesce(trim({}), '') = '' or {} like '9999-%'"),
        'dbt_valid_to': ('_is_active', "coalesce(trim({}), '') = '' or {} like '9999-%'"),
    } -%}
    {%- for name, rule in written.items() if raw_simplified(name) in types -%}
        {%- set text = 'cast(' ~ types[raw_simplified(name)].name ~ ' as string)' -%}
        {%- do conditions[rule[0]].append('(' ~ rule[1] | replace('{}', text) ~ ')') -%}
        {%- do found.landed_as.append(types[raw_simplified(name)].name) -%}
    {%- endfor -%}
    {%- for name, joined in [('_is_marked_deleted', ' or '), ('_is_active', ' and ')] if conditions[name] -%}
        {%- do found.marks.append({'name': name, 'value': conditions[name] | join(joined)}) -%}
    {%- endfor -%}
    {%- for name, data_type in [
        ('_fivetran_start', 'timestamp'), ('_dlt_load_id', 'decimal(38, 9)'), ('_load_number', 'bigint'),
    ] if raw_simplified(name) in types -%}
        {%- set landed = types[raw_simplified(name)] -%}
        {%- do found.marks.append({'name': name, 'value': parsed_text(raw_text(landed), data_type)}) -%}
        {%- do found.landed_as.append(landed.name) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{#- The text of a raw value; blank is no value. Few have blanks to trim, and to look is ten times as cheap as to trim. -#}
{% macro raw_text(landed) -%}
    {%- set text = landed.name if landed.data_type in ['varchar', 'string'] else 'cast(' ~ landed.name ~ ' as string)' -%}
    {{ return("nullif(case when " ~ text ~ " like ' %' or " ~ text ~ " like '% ' then trim(" ~ text ~ ") else " ~ text ~ " end, '')") }}
{%- endmacro %}


{#- The text of an id; a placeholder is none. -#}
{% macro raw_id(landed) -%}
    {%- set text = landed.name if landed.data_type in ['varchar', 'string'] else 'cast(' ~ landed.name ~ ' as string)' -%}
    {{ return(no_placeholder(text, raw_text(landed))) }}
{%- endmacro %}


{#- True when every value of the landed type is one of the contract's type, so that reading it costs nothing. -#}
{% macro raw_needs_no_check(landed_type, data_type) -%}
    {%- set safe = {
        'bigint': ['bigint', 'integer', 'int', 'smallint', 'tinyint', 'utinyint', 'usmallint', 'uinteger'],
        'boolean': ['boolean'],
        'date': ['date', 'timestamp', 'timestamp with time zone', 'timestamp_s', 'timestamp_ms', 'timestamp_ns', 'timestamp_ntz'],
        'timestamp': ['timestamp', 'timestamp with time zone', 'timestamp_s', 'timestamp_ms', 'timestamp_ns', 'timestamp_ntz', 'date'],
        'decimal(18, 4)': ['decimal(18,4)', 'decimal(18,2)', 'integer', 'int', 'smallint', 'tinyint'],
        'decimal(18, 9)': ['decimal(18,9)', 'smallint', 'tinyint'],
    } -%}
    {{ return(landed_type in safe.get(data_type, [])) }}
{%- endmacro %}

{% macro raw_typed_value(landed, data_type) -%}
    {%- if landed.data_type == data_type | replace(' ', '') -%}
        {{ return(landed.name) }}
    {%- elif data_type == 'timestamp' and landed.data_type == 'date' -%}
        {{ return(local_midnight(landed.name)) }}
    {%- elif data_type == 'date' -%}
        {%- set is_with_zone = landed.data_type == 'timestamp with time zone' -%}
        {{ return(day_of_moment(timestamp_in_utc(landed.name) if is_with_zone else dbt.cast(landed.name, 'timestamp'))) }}
    {%- elif landed.data_type == 'timestamp with time zone' -%}
        {{ return(timestamp_in_utc(landed.name)) }}
    {%- else -%}
        {{ return(dbt.cast(landed.name, data_type)) }}
    {%- endif -%}
{%- endmacro %}


{#- What has landed, in the columns of the contract: text trimmed and not yet cast. -#}
{% macro raw_landed_rows(contract, key_condition=none) -%}
    (
        select
            {%- for column in contract.columns %}
            {{ column.landed_value }} as {{ adapter.quote(column.name) }},
            {%- endfor %}
            {%- for mark in contract.marks %}
            {{ mark.value }} as {{ mark.name }},
            {%- endfor %}
            {%- if execute %}
            {{ contract.source_file.landed_value }} as _source_file,
            {{ contract.source_row.landed_value }} as _source_row
            {%- else %}
            1 as nothing
            {%- endif %}
        from {{ contract.relation if contract.is_present or not execute else '(select 1 as nothing where false) as absent_table' }}
        {%- if key_condition %}
        where {{ raw_key_guess(contract) }} {{ key_condition }}
        {%- endif %}
    )
{%- endmacro %}


{#- The landed rows that cannot be used: their key, where they are, what becomes of them and why. -#}
{% macro raw_refused(contract) -%}
    {%- set problems = contract.columns | map(attribute='problems') | sum(start=[]) if contract.is_present else [] -%}
    {%- set unknown = contract.columns | map(attribute='anonymous_if') | sum(start=[]) if contract.is_present else [] -%}
    {%- set problem = 'case ' ~ problems | join(' ') ~ ' end' if problems else 'cast(null as string)' -%}
    (
        select
            {{ raw_landed_key(contract, as_landed=false) if execute else 'nothing' }} as row_key,
            {{ '_source_file' if execute else 'nothing' }} as source_file,
            {{ contract.source_row.value if execute else 'nothing' }} as source_row,
            {%- for name, value in raw_cost(contract).items() %}
            {{ value }} as {{ name }},
            {%- endfor %}
            {{ 'case when ' ~ problem ~ " is null then 'anonymous' else 'quarantined' end" if unknown else "'quarantined'" }} as row_outcome,
            {{ 'coalesce(' ~ problem ~ ', case ' ~ unknown | join(' ') ~ ' end)' if unknown else problem }} as row_problem
        from {{ raw_landed_rows(contract) }} as landed_rows
        where not coalesce({{ raw_usable_if(contract) }}, false)
    )
{%- endmacro %}


{#- The landed rows without a problem, of which the key meets the condition. Copies of a row are among them. -#}
{% macro raw_usable(contract, key_condition=none) -%}
    (
        select
            {%- for column in contract.columns %}
            {{ column.usable_value }} as {{ adapter.quote(column.name) }},
            {%- endfor %}
            {%- for mark in contract.marks %}
            {{ mark.name }},
            {%- endfor %}
            {%- if execute %}
            _source_file,
            {{ contract.source_row.usable_value }} as _source_row
            {%- else %}
            1 as nothing
            {%- endif %}
        from {{ raw_landed_rows(contract, key_condition) }} as landed_rows
        where {{ raw_usable_if(contract) }}
    )
{%- endmacro %}


{#- The condition under which a landed row has no problem; names no value, which may be personal data. -#}
{% macro raw_usable_if(contract) -%}
    {%- set conditions = contract.columns | map(attribute='usable_if') | sum(start=[]) if contract.is_present else [] -%}
    {{ conditions | join(' and ') or 'true' }}
{%- endmacro %}


{#-
    The key of a row as one text. CRM exports mix two spellings of one id: both in one table are one row. A part
    of a longer key may be empty, and empty counts as a value.
-#}
{% macro raw_key(contract) -%}
    {%- set texts = [] -%}
    {%- for name in contract.key -%}
        {%- do texts.append(raw_key_text(contract, adapter.quote(name))) -%}
    {%- endfor -%}
    {{ raw_joined_key(texts) }}
{%- endmacro %}


{#- The same by the name of the table, for a row of raw(): as quality.quarantined_rows names it. -#}
{% macro raw_row_key(system, table) -%}
    {{ raw_key(raw_contract(system, table)) if execute else 'null' }}
{%- endmacro %}


{#- The same, of the columns of the landed table (as_landed) or of its trimmed rows; neither is cast yet. -#}
{% macro raw_landed_key(contract, as_landed=true) -%}
    {%- set texts = [] -%}
    {%- for name in contract.key -%}
        {%- set column = contract.columns | selectattr('name', 'equalto', name) | first -%}
        {%- set landed = column.landed_value if as_landed else adapter.quote(name) -%}
        {%- set needs_cast = column.value != adapter.quote(name) -%}
        {%- do texts.append(raw_key_text(contract, cast_text(landed, column.data_type) if needs_cast else landed)) -%}
    {%- endfor -%}
    {{ return(raw_joined_key(texts)) }}
{%- endmacro %}


{% macro raw_key_text(contract, value) -%}
    {{ return(crm_id(value) if contract.system == 'crm' else 'cast(' ~ value ~ ' as string)') }}
{%- endmacro %}


{#-
    Of the landed table itself: equal for all rows that have one key, and nearly always different for two keys. Both
    spellings of a CRM's id begin with the same fifteen characters.
-#}
{% macro raw_key_guess(contract) -%}
    {%- set texts = [] -%}
    {%- for name in contract.key -%}
        {%- set column = contract.columns | selectattr('name', 'equalto', name) | first -%}
        {%- set value = raw_landed_value(column) -%}
        {%- if contract.system == 'crm' and column.data_type == 'varchar' -%}
            {%- do texts.append('case when length(' ~ value ~ ') in (15, 18) then left(' ~ value ~ ', 15) else ' ~ value ~ ' end') -%}
        {%- else -%}
            {%- do texts.append('cast(' ~ value ~ ' as string)') -%}
        {%- endif -%}
    {%- endfor -%}
    {{ raw_joined_key(texts) }}
{%- endmacro %}


{% macro raw_joined_key(texts) -%}
    {%- if texts | length == 1 -%}
        {{ texts[0] }}
    {%- else -%}
        coalesce({{ texts | join(", '') || '|' || coalesce(") }}, '')
    {%- endif -%}
{%- endmacro %}


{#- A column of a contract, of the columns of the landed table itself. -#}
{% macro raw_landed_value(column) -%}
    {{ return(column.landed_value if column.value == adapter.quote(column.name) else parsed_text(column.landed_value, column.data_type)) }}
{%- endmacro %}


{#-
    What a row of a table of cost states, as far as it can be read: of its landed text, or of a usable row. Of another
    table, and of what a contract does not name, nothing.
-#}
{% macro raw_cost(contract, is_usable=false) -%}
    {%- set stated, cost = {}, contract.cost or {} -%}
    {%- for part, data_type in [('day', 'date'), ('amount', 'decimal(18, 4)'), ('account', 'string'), ('currency', 'string')] -%}
        {%- set value = namespace(sql='null') -%}
        {%- for column in contract.columns if column.name == cost.get(part) -%}
            {%- set value.sql = adapter.quote(column.name) if is_usable else column.value -%}
        {%- endfor -%}
        {%- if part == 'amount' and cost.get('units') -%}{%- set value.sql = value.sql ~ ' / ' ~ cost.units -%}{%- endif -%}
        {%- do stated.update({'cost_' ~ part: 'cast(' ~ value.sql ~ ' as ' ~ data_type ~ ')'}) -%}
    {%- endfor -%}
    {{ return(stated) }}
{%- endmacro %}


{#-
    The order of the usable rows of a key, the newest first. Where no stamp and no load says it, rows are ordered by their
    whole content, so that the choice never depends on the order of arrival.
-#}
{% macro raw_newest_first(contract) -%}
    {%- set marks = contract.marks | map(attribute='name') | list -%}
    {%- set order = ['_is_active desc'] if '_is_active' in marks else [] -%}
    {%- for name in contract.stamps + (['_load_number'] if '_load_number' in marks else []) -%}
        {%- do order.append(adapter.quote(name) ~ ' desc nulls last') -%}
    {%- endfor -%}
    {%- if contract.source_row.is_landed -%}
        {%- do order.extend(['_source_file desc nulls last', '_source_row desc nulls last']) -%}
    {%- endif -%}
    {%- for column in contract.columns if column.is_landed and column.name not in contract.stamps -%}
        {%- do order.append(adapter.quote(column.name) ~ ' nulls last') -%}
    {%- endfor -%}
    {{ order | join(', ') }}
{%- endmacro %}


{#- Why a row gave way, of a query over the rows of a key ranked (version_rank), with their row_key; none for the first. -#}
{% macro raw_superseded_because(contract) -%}
    {%- set marks = contract.marks | map(attribute='name') | list -%}
    {%- set content, stamps = [], ['_is_active'] if '_is_active' in marks else [] -%}
    {%- for column in contract.columns if column.is_landed -%}{%- do content.append(adapter.quote(column.name)) -%}{%- endfor -%}
    {%- for name in contract.stamps -%}{%- do stamps.append(adapter.quote(name)) -%}{%- endfor -%}
    {%- set as_the_current = 'min(version_rank) over (partition by row_key, {}) = 1' -%}
    case
        when version_rank = 1 then null
        {%- if '_is_active' in marks %}
        when not _is_active then 'a version that is no longer active'
        {%- endif %}
        when {{ as_the_current.format(content | join(', ')) }} then 'a copy of the row that counts'
        {%- if stamps %}
        when not {{ as_the_current.format(stamps | join(', ')) }} then 'an older version'
        {%- endif %}
        {%- if '_load_number' in marks %}
        when not {{ as_the_current.format((stamps + ['_load_number']) | join(', ')) }} then 'of an earlier load'
        else 'an earlier row of the same load'
        {%- else %}
        else 'another row of one delivery'
        {%- endif %}
    end
{%- endmacro %}
