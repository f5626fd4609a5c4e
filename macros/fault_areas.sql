{#-
    The searches for faults, each a model int_faults_found_in_<area> with the same five columns. A list, as dbt
    must know the edges of its graph before it knows the models; a test holds it to the folder.
-#}
{% macro fault_areas() -%}
    {{ return([
        'accounts', 'amounts', 'changes', 'company_names', 'deals', 'deliveries', 'doubled_deals', 'forms', 'histories', 'ids',
        'owners', 'people', 'plans', 'references', 'roles', 'sources', 'statuses', 'touches',
    ]) }}
{%- endmacro %}


{#- The limit of a fault, as agreed in fault_treatments: the number that a search compares with. -#}
{% macro fault_limit(fault_id) -%}
    (select fault_limit from {{ ref('fault_treatments') }} where fault_id = '{{ fault_id }}')
{%- endmacro %}
