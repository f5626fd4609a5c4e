-- The models int_faults_found_in_<area> and the list fault_areas() are the same, so that no search finds in vain.
{%- set areas = fault_areas() -%}
{%- set unlisted = [] -%}
{%- for node in (graph.nodes.values() if execute else []) -%}
    {%- if node.resource_type == 'model' and node.name.startswith('int_faults_found_in_') and node.name[20:] not in areas -%}
        {%- do unlisted.append(node.name) -%}
    {%- endif -%}
{%- endfor -%}
-- depends_on: {{ ref('detected_faults') }}
select unlisted.model_name
from (values ('{{ (unlisted or ['']) | join("'), ('") }}')) as unlisted (model_name)
where unlisted.model_name <> ''
