{#-
    The searches for faults, each a model int_faults_found_in_<area> with the same five columns. A list, as dbt
    must know the edges of its graph before it knows the models; a test holds it to the folder.
-#}
{% macro fault_areas() -%}
    {{ return([
        'accounts', 'amounts', 'campaigns', 'changes', 'clocks', 'company_names', 'currencies', 'deals',
        'deliveries', 'doubled_deals', 'forms', 'histories', 'ids', 'owners', 'people', 'plans', 'rates',
        'references', 'responses', 'roles', 'sources', 'spend', 'statuses', 'tags', 'times', 'touches',
        'visitors', 'visits',
    ]) }}
{%- endmacro %}


{#- The areas whose model lies in the project. -#}
{% macro fault_areas_searched() -%}
    {%- set prefix = 'int_faults_found_in_' -%}
    {%- set areas = [] -%}
    {%- for node in (graph.nodes.values() if execute else []) if node.resource_type == 'model' and node.name.startswith(prefix) -%}
        {%- do areas.append(node.name[prefix | length:]) -%}
    {%- endfor -%}
    {{ return(areas | sort) }}
{%- endmacro %}


{#- The limit of a fault, as agreed in fault_treatments: the number that a search compares with. -#}
{% macro fault_limit(fault_id) -%}
    (select fault_limit from {{ ref('fault_treatments') }} where fault_id = '{{ fault_id }}')
{%- endmacro %}


{#-
    The same as a whole number known when a model is compiled, for what takes no expression. The model names
    fault_treatments in a `depends_on` comment, so that it is loaded before.
-#}
{% macro whole_fault_limit(fault_id) -%}
    {%- set rows = definition_rows('fault_treatments') if execute else [] -%}
    {%- set limits = rows | selectattr('fault_id', 'equalto', fault_id) | map(attribute='fault_limit') | reject('none') | list -%}
    {%- if rows and not limits -%}
        {{ exceptions.raise_compiler_error('seeds/definitions/fault_treatments.csv: ' ~ fault_id ~ ' has no fault_limit; give one.') }}
    {%- endif -%}
    {{ return(limits[0] | int if limits else 1) }}
{%- endmacro %}
