{#-
    The only door to raw data: usable rows of one source table, in the columns and types of its contract.

    The contract is the table's `columns` in models/staging/<system>/_<system>.yml: name, data_type, and in
    `config.meta` of the table `key` (what makes a row unique), `latest_by` (which of several rows with one key
    is current) and `required` (columns that must have a value). A table or a column that the company does not
    have reads as empty. A value that does not cast puts its row in quarantine (see raw_problems).
-#}
{% macro raw(system, table) -%}
    {%- set contract = raw_contract(system, table) -%}
    (
        select
            {%- for name in contract.names %}
            {{ adapter.quote(name) }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ raw_checked(contract) }} as checked_rows
        where row_problem is null and is_current
    )
{%- endmacro %}


{#- Every raw row with what became of it: row_problem (null when usable) and is_current. Used by quality models. -#}
{% macro raw_rows(system, table) -%}
    {{ raw_checked(raw_contract(system, table)) }}
{%- endmacro %}


{% macro raw_contract(system, table) -%}
    {#- Both branches register the edge in the graph, so that lineage holds and one `dbt build` runs in order. -#}
    {%- if var('raw_data') == 'sample' -%}
        {%- set relation = ref(system ~ '__' ~ table) -%}
    {%- else -%}
        {%- set relation = source(system, table) -%}
    {%- endif -%}
    {%- set contract = {'relation': relation, 'columns': [], 'names': [], 'present': [], 'key': [], 'required': []} -%}
    {%- if execute -%}
        {%- set unique_id = 'source.' ~ project_name ~ '.' ~ system ~ '.' ~ table -%}
        {%- set node = graph.sources[unique_id] -%}
        {%- set meta = node.config.meta -%}
        {%- do contract.update({
            'columns': node.columns.values() | list,
            'names': node.columns.keys() | list,
            'present': raw_columns_present(relation, node),
            'key': meta.get('key', []),
            'latest_by': meta.get('latest_by'),
            'required': meta.get('required', meta.get('key', [])),
        }) -%}
    {%- endif -%}
    {{ return(contract) }}
{%- endmacro %}


{% macro raw_columns_present(relation, node) -%}
    {%- if '__dbt__cte__' in relation | string -%}
        {{ return(node.columns.keys() | list) }}  {#- the rows of a unit test follow the contract -#}
    {%- endif -%}
    {%- set existing = load_relation(relation) -%}
    {%- if existing is none -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set names = [] -%}
    {%- for column in adapter.get_columns_in_relation(existing) -%}
        {%- do names.append(column.name | lower) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}


{% macro raw_checked(contract) -%}
    {%- set present = contract.present -%}
    (
        select
            cast_rows.*,
            {{ raw_is_current(contract) }} as is_current
        from (
            select
                {%- for column in contract.columns %}
                {% if column.name not in present -%}
                    cast(null as {{ column.data_type }})
                {%- elif column.data_type == 'varchar' -%}
                    {{ raw_text(column.name) }}
                {%- else -%}
                    try_cast({{ adapter.quote(column.name) }} as {{ column.data_type }})
                {%- endif %} as {{ adapter.quote(column.name) }},
                {%- endfor %}
                {% for name in ['_source_file', '_source_row'] -%}
                {{ raw_text(name) if name in present else 'cast(null as varchar)' }} as {{ name }},
                {% endfor -%}
                {{ raw_row_problem(contract) }} as row_problem
            from {{ contract.relation if present else '(select 1 as nothing where false) as absent_table' }}
        ) as cast_rows
    )
{%- endmacro %}


{#- The text of a raw value; blank is no value. -#}
{% macro raw_text(name) -%}
    nullif(trim(cast({{ adapter.quote(name) }} as varchar)), '')
{%- endmacro %}


{% macro raw_row_problem(contract) -%}
    {%- set branches = [] -%}
    {%- for column in contract.columns if column.name in contract.present -%}
        {%- if column.name in contract.required -%}
            {%- do branches.append("when " ~ raw_text(column.name) ~ " is null then '" ~ column.name ~ ": a value is required'") -%}
        {%- endif -%}
        {%- if column.data_type != 'varchar' -%}
            {%- do branches.append(
                "when " ~ raw_text(column.name) ~ " is not null and try_cast(" ~ adapter.quote(column.name) ~ " as "
                ~ column.data_type ~ ") is null then '" ~ column.name ~ ": not a " ~ column.data_type ~ ": ' || "
                ~ raw_text(column.name)
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if branches -%}
        case {{ branches | join(' ') }} end
    {%- else -%}
        cast(null as varchar)
    {%- endif -%}
{%- endmacro %}


{#-
    Of several rows with one key the newest usable one counts; equal ones are ordered by their whole content,
    so that the choice never depends on the order of arrival.
-#}
{% macro raw_is_current(contract) -%}
    {%- if not contract.present or not contract.key -%}
        true
    {%- else -%}
        {%- set order = ['case when row_problem is null then 0 else 1 end'] -%}
        {%- if contract.latest_by -%}
            {%- do order.append(adapter.quote(contract.latest_by) ~ ' desc nulls last') -%}
        {%- endif -%}
        {%- for column in contract.columns if column.name in contract.present and column.name not in contract.key -%}
            {%- do order.append(adapter.quote(column.name) ~ ' nulls last') -%}
        {%- endfor -%}
        {%- set keys = [] -%}
        {%- for name in contract.key -%}{%- do keys.append(adapter.quote(name)) -%}{%- endfor -%}
        row_number() over (partition by {{ keys | join(', ') }} order by {{ order | join(', ') }}) = 1
    {%- endif -%}
{%- endmacro %}
