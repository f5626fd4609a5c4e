{#-
    Every seed of definitions. A list, as dbt must know the edges of its graph before it knows the seeds; a test holds
    it to the folder. What identifies a definition, and what its rows do not say of themselves, stands in the YAML of
    the seed:

        config:
          meta:
            definition:
              key: [lead_status]      # columns that name a definition; without them the whole seed is one definition
              version: 1              # of a whole seed; else a column of that name
              agreed_by: CMO          # likewise
              valid_from: 2024-01-01  # likewise
              reason: one line        # a column `reason` of rows with a key counts more

    A seed whose rows are part of the definitions of another one says `part_of: attribution_models` and nothing else.
-#}
{% macro definition_seeds() -%}
    {{ return([
        'account_domain_aliases', 'account_segments', 'activity_rules', 'agreed_settings', 'attribution_models',
        'attribution_weights', 'channel_rules', 'channels', 'click_ids', 'currencies', 'default_tags', 'event_types',
        'excluded_email_domains', 'excluded_opportunities', 'excluded_opportunity_names', 'excluded_people',
        'fault_treatments', 'fiscal_quarters', 'guards', 'icp_tiers', 'ignored_referrers', 'lead_sources',
        'lead_statuses', 'member_statuses', 'opportunity_stages', 'opportunity_types', 'owner_mappings',
        'placeholders', 'regions', 'rejection_reasons', 'role_mailboxes', 'service_levels', 'source_aliases',
        'source_categories', 'source_tables', 'sourced_definitions',
    ]) }}
{%- endmacro %}


{#- The vars whose value is part of the definition in the seed `agreed_settings`; a test holds the list to dbt_project.yml. -#}
{% macro setting_names() -%}
    {{ return([
        'attribution_lookback_days', 'attribution_population', 'attribution_redistribution', 'fiscal_year_start_month',
        'lead_creation_grace_minutes', 'mqls_expire', 'reporting_currency', 'reporting_time_zone', 'session_gap_minutes',
    ]) }}
{%- endmacro %}


{#- The seeds that lie in the folder, by name; the history of the definitions is none itself. -#}
{% macro definition_nodes() -%}
    {%- set found = {} -%}
    {%- set seeds = (graph.nodes.values() if execute else []) | selectattr('resource_type', 'equalto', 'seed') -%}
    {%- for node in seeds | sort(attribute='name') if node.fqn[1] == 'definitions' and node.name != 'definition_changes' -%}
        {%- do found.update({node.name: node}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{#- What is missing in the YAML of the seeds and metrics, as pairs of a definition and a sentence. -#}
{% macro definition_problems() -%}
    {%- set problems = [] -%}
    {%- set nodes = definition_nodes() -%}
    {%- for name, node in nodes.items() -%}
        {%- set stated = node.config.meta.get('definition', {}) -%}
        {%- set columns = node.config.column_types -%}
        {%- if name not in definition_seeds() -%}
            {%- do problems.append((name, 'is not listed in macros/definitions/definition_seeds.sql; add its name there')) -%}
        {%- endif -%}
        {%- if stated.get('part_of') -%}
            {%- if stated.part_of not in nodes -%}
                {%- do problems.append((name, 'is part_of ' ~ stated.part_of ~ ', which is no seed of definitions')) -%}
            {%- endif -%}
        {%- else -%}
            {%- for field in ['version', 'agreed_by', 'valid_from', 'reason'] -%}
                {%- if not stated.get(field) and not (stated.get('key') and field in columns) -%}
                    {%- do problems.append((name, 'says no ' ~ field ~ '; add config.meta.definition.' ~ field ~ ' to seeds/definitions/' ~ name ~ '.yml')) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endif -%}
        {%- for column in stated.get('key', []) if column not in columns -%}
            {%- do problems.append((name, 'has the key ' ~ column ~ ', which is not in its column_types')) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for metric in (graph.get('metrics', {}).values() if execute else []) -%}
        {%- for field in ['version', 'agreed_by', 'agreed_on', 'reason'] if not metric.config.meta.get(field) -%}
            {%- do problems.append(('metric.' ~ metric.name, 'says no ' ~ field ~ '; add config.meta.' ~ field ~ ' to the metric in ' ~ metric.original_file_path)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(problems) }}
{%- endmacro %}
