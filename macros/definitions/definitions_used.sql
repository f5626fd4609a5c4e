{#-
    What metrics and public tables are made of, read from dbt's graph, as lists of rows:

    tables   (schema.table, seed): the seeds of definitions that a public table is made of, through whatever models
    metrics  (metric, schema.table, is_for_members): the table it is counted in, also through its inputs, and those
             that only name the members it can be cut by
    inputs   (metric, metric): itself, and what it is made of

    It follows tables, not columns: a definition that decides another column of a table is among those of the table.
-#}
{% macro definitions_used_by() -%}
    {%- set found = {'tables': [], 'metrics': [], 'inputs': []} -%}
    {%- if execute -%}
        {%- set known = {} -%}
        {%- for name in public_tables_with_numbers() -%}
            {%- for seed in definition_seeds_of('model.' ~ project_name ~ '.' ~ name, known) -%}
                {%- do found.tables.append((public_table(name), seed)) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- for metric in graph.metrics.values() | sort(attribute='name') -%}
            {%- set inputs = metric_inputs(metric.unique_id) -%}
            {%- set marts = [] -%}
            {%- for input in inputs -%}
                {%- do found.inputs.append((metric.name, graph.metrics[input].name)) -%}
                {%- do marts.extend(graph.metrics[input].depends_on.nodes | select('in', graph.semantic_models)) -%}
            {%- endfor -%}
            {%- for mart in marts | unique -%}
                {%- do found.metrics.append((metric.name, public_table(graph.semantic_models[mart].name), false)) -%}
                {%- for name in tables_of_members(graph.semantic_models[mart]) -%}
                    {%- do found.metrics.append((metric.name, public_table(name), true)) -%}
                {%- endfor -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}


{#- The marts, but for those that list definitions themselves. -#}
{% macro public_tables_with_numbers() -%}
    {%- set names = [] -%}
    {%- for node in graph.nodes.values() -%}
        {%- if node.resource_type == 'model' and node.fqn[1] == 'marts' and not node.config.meta.get('lists_definitions') -%}
            {%- do names.append(node.name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(names | sort) }}
{%- endmacro %}


{% macro public_table(name) -%}
    {%- set node = graph.nodes['model.' ~ project_name ~ '.' ~ name] -%}
    {{ return(node.schema ~ '.' ~ node.alias) }}
{%- endmacro %}


{#- The seeds of definitions that a node reads, itself or through others; `known` keeps the answers. -#}
{% macro definition_seeds_of(unique_id, known) -%}
    {%- if unique_id not in known -%}
        {%- set seeds = [] -%}
        {%- set node = graph.nodes.get(unique_id) -%}
        {%- if node is not none and node.resource_type == 'seed' -%}
            {%- if node.fqn[1] == 'definitions' -%}
                {%- do seeds.append(node.config.meta.get('definition', {}).get('part_of') or node.name) -%}
            {%- endif -%}
        {%- elif node is not none -%}
            {%- for parent in node.depends_on.nodes -%}
                {%- do seeds.extend(definition_seeds_of(parent, known)) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- do known.update({unique_id: seeds | unique | sort}) -%}
    {%- endif -%}
    {{ return(known[unique_id]) }}
{%- endmacro %}


{#- A metric and those it is made of, by their ids. -#}
{% macro metric_inputs(unique_id) -%}
    {%- set found = [unique_id] -%}
    {%- for node in graph.metrics[unique_id].depends_on.nodes | select('in', graph.metrics) -%}
        {%- do found.extend(metric_inputs(node)) -%}
    {%- endfor -%}
    {{ return(found | unique | list) }}
{%- endmacro %}


{#- The marts that say of what segment, region, name or channel a row is: those whose rows it points to. -#}
{% macro tables_of_members(semantic_model) -%}
    {%- set found = [] -%}
    {%- set entities = semantic_model.entities | map(attribute='name') | list -%}
    {%- for other in graph.semantic_models.values() | sort(attribute='name') if other.name != semantic_model.name -%}
        {%- for entity in other.entities if entity.name in entities and entity.type in ('primary', 'unique') -%}
            {%- do found.append(other.name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{#- Rows of literals as a table expression; of no rows an empty one. -#}
{% macro listed_values(rows, columns) -%}
    {%- if rows -%}
    (
        values
        {%- for row in rows %}
        ({% for value in row %}{{ value if value is boolean else text_literal(value) }}{{ ', ' if not loop.last }}{% endfor %}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as listed ({{ columns | join(', ') }})
    {%- else -%}
    (select {% for column in columns %}cast(null as string) as {{ column }}{{ ', ' if not loop.last }}{% endfor %} where false) as listed
    {%- endif -%}
{%- endmacro %}
