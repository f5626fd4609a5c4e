{#-
    The value of a var: what --vars states, else what `touchstone load` kept of a loaded company's settings in its
    warehouse, else what dbt_project.yml says. A worked example (unit test) has settings of its own: those of
    example_settings(), and what its `overrides` say.
-#}
{% macro setting(name) -%}
    {%- if model is defined and model.resource_type == 'unit_test' -%}
        {{ return(((model.overrides or {}).get('vars') or {}).get(name, example_settings().get(name, var(name)))) }}
    {%- elif name == 'raw_data' -%}
        {{ return(var('raw_data') or env_var('TOUCHSTONE_RAW_DATA', 'sample')) }}
    {%- elif not execute or name in stated_settings() -%}
        {{ return(var(name)) }}
    {%- endif -%}
    {{ return(kept_settings().get(name, var(name))) }}
{%- endmacro %}


{#- The settings of the worked examples: a company's own, or a changed default, is no reason for one to fail. -#}
{% macro example_settings() -%}
    {{ return({
        'raw_data': 'sample', 'as_of': '', 'reporting_currency': 'USD', 'reporting_time_zone': 'UTC',
        'fiscal_year_start_month': 1, 'attribution_lookback_days': 365, 'attribution_population': 'account',
        'lead_creation_grace_minutes': 60, 'attribution_redistribution': 'proportional', 'session_gap_minutes': 30,
        'mqls_expire': true,
    }) }}
{%- endmacro %}


{#- What --vars states. -#}
{% macro stated_settings() -%}
    {{ return(invocation_args_dict.get('vars') or {}) }}
{%- endmacro %}


{#- What a load kept, asked once in a run (kept in the graph, as contracts are); of the sample nothing. -#}
{% macro kept_settings() -%}
    {%- if 'kept_settings' not in graph -%}
        {%- do graph.update({'kept_settings': settings_in_warehouse() if setting('raw_data') == 'loaded' else {}}) -%}
    {%- endif -%}
    {{ return(graph['kept_settings']) }}
{%- endmacro %}


{#-
    What the warehouse keeps of a loaded company, raw_data among it; nothing where nothing was loaded. Asked without the
    cache of relations: that begins a transaction, and what a hook writes in it is lost.
-#}
{% macro settings_in_warehouse() -%}
    {%- set found = {} -%}
    {%- if 'kept_settings' in tables_of_schema(target.database | default(''), 'maintenance') -%}
        {%- for row in run_query('select setting_name, setting_value from maintenance.kept_settings').rows -%}
            {%- do found.update({row[0]: fromjson(row[1])}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}
