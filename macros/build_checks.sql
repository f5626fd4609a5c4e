{#-
    Run before anything is built: refuses what cannot be, each with a sentence and what to do. `touchstone build` asks
    the same before dbt starts; this is for `dbt build` by itself.
-#}
{% macro settings_checked() -%}
    {%- if execute -%}
        {%- set rules = graph.nodes['model.' ~ project_name ~ '.settings'].config.meta.setting_rules -%}
        {%- set problems = [] -%}
        {%- for name in stated_settings() if name not in rules -%}
            {%- do problems.append('there is no var ' ~ name ~ '; there are ' ~ rules | sort | join(', ')) -%}
        {%- endfor -%}
        {%- for name, rule in rules.items() -%}
            {%- set value = setting(name) if name in example_settings() else var(name, none) -%}
            {%- if value is not none and not setting_fits(value, rule) -%}
                {%- do problems.append(name ~ " is '" ~ value ~ "'; it must be " ~ setting_rule_text(rule)) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do problems.extend(raw_data_problems()) -%}
        {%- if problems -%}
            {%- do exceptions.raise_compiler_error(problems | join('\n  ')) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{% macro setting_fits(value, rule) -%}
    {%- set text = value | string -%}
    {%- if rule.get('one_of') -%}
        {{ return(value in rule.one_of and (value is boolean) == (rule.one_of[0] is boolean)) }}
    {%- elif rule.kind == 'number' -%}
        {{ return(value is integer and value is not boolean and rule.lowest <= value <= rule.highest) }}
    {%- elif rule.kind == 'day' -%}
        {{ return(modules.re.match('^([0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))?$', text) is not none) }}
    {%- elif rule.kind == 'currency' -%}
        {{ return(modules.re.match('^[A-Za-z]{3}$', text) is not none) }}
    {%- elif rule.kind == 'zone' -%}
        {{ return(text in modules.pytz.all_timezones_set) }}
    {%- elif rule.kind == 'names' -%}
        {{ return(value is mapping) }}
    {%- endif -%}
    {{ return(true) }}
{%- endmacro %}


{% macro setting_rule_text(rule) -%}
    {%- if rule.get('one_of') -%}
        {{ return('one of: ' ~ rule.one_of | join(', ') | lower) }}
    {%- endif -%}
    {{ return({
        'number': 'a whole number from ' ~ rule.lowest ~ ' to ' ~ rule.highest,
        'day': 'a day, YYYY-MM-DD',
        'currency': 'an ISO 4217 code such as EUR, one of seeds/definitions/currencies.csv',
        'zone': 'an IANA time zone such as Europe/Berlin',
        'names': 'a name for each system, such as {crm: salesforce}',
    }[rule.kind]) }}
{%- endmacro %}


{#- The sample in the place of a loaded company, and a loaded company that is not there. -#}
{% macro raw_data_problems() -%}
    {%- set found = [] -%}
    {%- if setting('raw_data') == 'sample' -%}
        {%- if not var('raw_data') and settings_in_warehouse().get('raw_data') == 'loaded' -%}
            {%- do found.append(
                "the warehouse holds a company that touchstone load has loaded, and this run would put the sample in its place; build "
                ~ "the company: touchstone build, or dbt build --vars '{raw_data: loaded}' (its other settings are kept with it); "
                ~ "for the sample say so: --vars '{raw_data: sample}'"
            ) -%}
        {%- endif -%}
    {%- elif flags.WHICH == 'build' and not something_landed() -%}
        {%- do found.append(
            "raw_data is 'loaded', and no source table has landed in the warehouse: load a company (touchstone load FOLDER --mapping "
            ~ "FILE), or name where your loader puts it (source_schemas, source_databases); for the sample: --vars '{raw_data: sample}', "
            ~ "and take TOUCHSTONE_RAW_DATA out of .env if it stands there"
        ) -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}


{% macro something_landed() -%}
    {%- for node in graph.sources.values() if tables_of_schema(node.database, node.schema) -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}
