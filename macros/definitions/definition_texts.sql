{#- All definitions, one select each; every seed is named, also when dbt only reads the project. -#}
{% macro definitions_listed() -%}
    {%- set nodes = definition_nodes() -%}
    {%- set found = definitions_of_metrics() -%}
    {%- for name in definition_seeds() -%}
        {%- set seed = ref(name) -%}
        {%- if name in nodes and not nodes[name].config.meta.get('definition', {}).get('part_of') -%}
            {%- do found.append(definitions_of_seed(name, nodes)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ found | join('\n    union all\n    ') or 'select null as definition_id where false' }}
{%- endmacro %}


{#-
    The definitions of one seed as SQL, a row per definition and day from which it holds: definition_id,
    definition_kind, definition_name, version_number, agreed_by, valid_from_date, definition_reason and
    definition_text, its content as `column=value; ...` in one order on every engine. `nodes` are definition_nodes(), read once.
-#}
{% macro definitions_of_seed(name, nodes) -%}
    {%- set node = nodes[name] -%}
    {%- set stated = node.config.meta.get('definition', {}) -%}
    {%- set columns = node.config.column_types -%}
    {%- set keys = stated.get('key', []) -%}
    {%- set said = {} -%}
    {%- for field, data_type in definition_fields().items() -%}
        {%- set literal = text_literal(stated[field]) if stated.get(field) else 'null' -%}
        {%- do said.update({field: field if keys and field in columns else 'cast(' ~ literal ~ ' as ' ~ data_type ~ ')'}) -%}
    {%- endfor -%}
    {%- set key_texts = [] -%}
    {%- for key in keys -%}{%- do key_texts.append('cast(' ~ key ~ ' as string)') -%}{%- endfor -%}
    {%- set content = columns.keys() | reject('in', keys + (definition_fields() | list if keys else [])) | list -%}
    {%- set parts = [] -%}
    {%- for part, part_node in nodes.items() -%}
        {%- if part_node.config.meta.get('definition', {}).get('part_of') == name -%}{%- do parts.append(part) -%}{%- endif -%}
    {%- endfor -%}
    select
        {{ (["'" ~ name ~ "'"] + key_texts) | join(" || '.' || ") }} as definition_id,
        '{{ name }}' as definition_kind,
        {{ 'max(label)' if keys and 'label' in columns else key_texts | join(" || ', ' || ") or "'" ~ name ~ "'" }} as definition_name,
        {{ said.version }} as version_number,
        {{ said.agreed_by }} as agreed_by,
        {{ said.valid_from }} as valid_from_date,
        max({{ said.reason }}) as definition_reason,
        concat_ws('{{ "\n" }}', {{ setting_text() if name == 'agreed_settings' else joined_texts(row_text(content, columns), '\n') }}{% for part in parts %}, max({{ part }}_text){% endfor %}) as definition_text
    from {{ ref(name) }}
    {%- for part in parts %}
        {%- set part_columns = nodes[part].config.column_types %}
    left join (
        select
            {{ keys | join(', ') }},
            {{ joined_texts(row_text(part_columns.keys() | reject('in', keys) | list, part_columns), '\n') }} as {{ part }}_text
        from {{ ref(part) }}
        group by {{ keys | join(', ') }}
    ) as {{ part }} using ({{ keys | join(', ') }})
    {%- endfor %}
    {%- if keys %}
    group by {{ (keys + (['version', 'agreed_by', 'valid_from'] | select('in', columns) | list)) | join(', ') }}
    {%- endif %}
{%- endmacro %}


{#- The content of a setting: its value, which stands in dbt_project.yml or on the command line. -#}
{% macro setting_text() -%}
    case setting
        {%- for name in setting_names() %}
        when '{{ name }}' then {{ text_literal('value=' ~ setting(name)) }}
        {%- endfor %}
    end
{%- endmacro %}


{#- What a definition says of itself besides its content. -#}
{% macro definition_fields() -%}
    {{ return({'version': 'integer', 'agreed_by': 'string', 'valid_from': 'date', 'reason': 'string'}) }}
{%- endmacro %}


{#- The values of a row as one text, empty ones left out. -#}
{% macro row_text(columns, data_types) -%}
    {%- set texts = [] -%}
    {%- for column in columns -%}
        {%- set value = 'cast(' ~ column ~ ' as string)' -%}
        {%- if data_types[column].startswith('decimal') -%}
            {%- set value = "regexp_replace(" ~ value ~ ", '[.]?0+$', '')" -%}
        {%- endif -%}
        {%- do texts.append("'" ~ column ~ "=' || " ~ value) -%}
    {%- endfor -%}
    concat_ws('; ', {{ texts | join(', ') }})
{%- endmacro %}


{#- The metrics as rows of the same columns, from the YAML that dbt has read; none while there are no metrics. -#}
{% macro definitions_of_metrics() -%}
    {%- set rows = [] -%}
    {%- for metric in (graph.get('metrics', {}).values() if execute else []) | sort(attribute='name') -%}
        {%- set meta = metric.config.meta -%}
        {%- set texts = ['type=' ~ metric.type] -%}
        {%- do metric_texts(metric.type_params, '', texts) -%}
        {%- do metric_texts(metric.get('filter'), 'filter', texts) -%}
        {%- set values = [
            text_literal('metric.' ~ metric.name) ~ ' as definition_id',
            "'metrics' as definition_kind",
            text_literal(metric.label or metric.name) ~ ' as definition_name',
            'cast(' ~ (text_literal(meta.version) if meta.get('version') else 'null') ~ ' as integer) as version_number',
            'cast(' ~ (text_literal(meta.agreed_by) if meta.get('agreed_by') else 'null') ~ ' as string) as agreed_by',
            'cast(' ~ (text_literal(meta.agreed_on) if meta.get('agreed_on') else 'null') ~ ' as date) as valid_from_date',
            'cast(' ~ (text_literal(meta.reason) if meta.get('reason') else 'null') ~ ' as string) as definition_reason',
            text_literal(texts | join('; ')) ~ ' as definition_text',
        ] -%}
        {%- do rows.append('select ' ~ values | join(', ')) -%}
    {%- endfor -%}
    {{ return(rows) }}
{%- endmacro %}


{#- Adds what a metric is made of as `path=value`, whatever it is: nothing that MetricFlow reads is left out. -#}
{% macro metric_texts(value, path, texts) -%}
    {%- if value is mapping -%}
        {%- for name in value | sort -%}
            {%- do metric_texts(value[name], (path ~ '.' if path else '') ~ name, texts) -%}
        {%- endfor -%}
    {%- elif value is sequence and value is not string -%}
        {%- for element in value -%}
            {%- do metric_texts(element, path, texts) -%}
        {%- endfor -%}
    {%- elif value is not none and value is not false and value | string != '' -%}
        {%- do texts.append(path ~ '=' ~ value | string | replace('\n', ' ') | trim) -%}
    {%- endif -%}
{%- endmacro %}
