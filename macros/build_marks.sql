{#-
    What a build leaves behind when it does not end well, in the schema maintenance, so that whoever reads the numbers is told:

    unfinished     One row per build that began and did not end, and per node that failed or was skipped and was not
                   built since. Empty: all is well. `touchstone summary` and `touchstone check` read it.
    public_tables  One row per public table: under which settings it was last built.
-#}
{% macro mark_the_build_as_begun() -%}
    {%- if execute and tables_are_maintained() -%}
        create schema if not exists maintenance;
        create table if not exists maintenance.unfinished (
            node_id varchar, node_kind varchar, node_name varchar, table_name varchar, outcome varchar, settings varchar,
            since timestamp, invocation_id varchar
        );
        create table if not exists maintenance.public_tables (
            table_name varchar, settings varchar, built_at timestamp, invocation_id varchar
        );
        {%- if flags.WHICH in ('build', 'run') %}
        insert into maintenance.unfinished values (
            '{{ invocation_id }}', 'build', 'dbt {{ flags.WHICH }}', null, 'begun', {{ settings_of_the_run() }}, {{ start_of_the_run() }}, '{{ invocation_id }}'
        )
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#- A test that agreed numbers of the sample have moved (is_memory) leaves nothing old. -#}
{% macro mark_how_the_build_ended(results) -%}
    {%- if execute and tables_are_maintained() and flags.WHICH in ('build', 'run') -%}
        {%- set run = settings_of_the_run() ~ ', ' ~ start_of_the_run() ~ ", '" ~ invocation_id ~ "'" -%}
        {%- set done, failed, public, public_names, built = [], [], [], [], [] -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.fqn[1] == 'marts' -%}
            {%- do public.append(node.unique_id) -%}
            {%- do public_names.append("'" ~ node.schema ~ '.' ~ node.alias ~ "'") -%}
        {%- endfor -%}
        {%- for result in results -%}
            {%- set node = result.node -%}
            {%- if result.status | string in ('error', 'fail', 'runtime error', 'skipped') and not node.config.get('meta', {}).get('is_memory') -%}
                {%- do failed.append(result) -%}
            {%- else -%}
                {%- do done.append("'" ~ node.unique_id ~ "'") -%}
                {%- if node.unique_id in public -%}{%- do built.append("'" ~ node.schema ~ '.' ~ node.alias ~ "'") -%}{%- endif -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if not failed and built | length == public | length -%}
            delete from maintenance.unfinished;
        {%- else -%}
            delete from maintenance.unfinished where node_id = '{{ invocation_id }}' or node_kind = 'step';
            {%- if done %}
            delete from maintenance.unfinished where node_id in ({{ done | join(', ') }});
            {%- endif %}
        {%- endif %}
        {%- for result in failed -%}
            {%- set node = result.node %}
            delete from maintenance.unfinished where node_id = '{{ node.unique_id }}';
            insert into maintenance.unfinished values (
                '{{ node.unique_id }}', '{{ node.resource_type }}', '{{ node.name }}', {{ "'" ~ node.schema ~ '.' ~ node.alias ~ "'" if node.unique_id in public else 'null' }},
                {{ text_literal(result.status | string) }}, {{ run }}
            );
        {%- endfor %}
        {%- if built %}
            {#- a table whose model is no more says nothing of those that are #}
            delete from maintenance.public_tables
            where table_name in ({{ built | join(', ') }}) or table_name not in ({{ public_names | join(', ') }});
            insert into maintenance.public_tables
            select unnest([{{ built | join(', ') }}]), {{ run }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#- What a number of this run means, as JSON: tables of other settings do not belong beside it. -#}
{% macro settings_of_the_run() -%}
    {%- set values = {} -%}
    {%- for name in ['raw_data', 'as_of'] + setting_names() -%}
        {%- do values.update({name: setting(name) | string}) -%}
    {%- endfor -%}
    {{ return(text_literal(tojson(values, sort_keys=true))) }}
{%- endmacro %}


{% macro start_of_the_run() -%}
    {{ return("timestamp '" ~ run_started_at.strftime('%Y-%m-%d %H:%M:%S') ~ "'") }}
{%- endmacro %}


{#-
    For `dbt build` by itself: what a failed test has found, as a sentence with its first rows. `touchstone build` is quiet
    and says it itself.
-#}
{% macro say_what_failed(results) -%}
    {%- if execute and not flags.QUIET -%}
        {%- for result in results if result.status | string == 'fail' and result.node.resource_type | string == 'test' -%}
            {%- set node = result.node -%}
            {%- do log('FAILED check: ' ~ node.name | replace('_', ' '), info=true) -%}
            {%- for row in run_query('select * from (' ~ node.compiled_code ~ '\n) as found limit 3').rows -%}
                {%- set values = [] -%}
                {%- for name, value in row.dict().items() if value is not none -%}
                    {%- do values.append(name ~ ' ' ~ value) -%}
                {%- endfor -%}
                {%- do log('  row    ' ~ values[:6] | join(', '), info=true) -%}
            {%- endfor -%}
            {%- do log('  next   ' ~ (node.config.get('meta', {}).get('next_step') or next_of_test(node)), info=true) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{% macro next_of_test(node) -%}
    {%- if node.original_file_path.startswith('seeds/definitions/') -%}
        {{ return('mend the rows in ' ~ node.original_file_path | replace('.yml', '.csv') ~ '; touchstone build names their lines before it begins') }}
    {%- endif -%}
    {{ return('mend these rows in the source and load again; where they are right, the project is at fault: report the check with them') }}
{%- endmacro %}
