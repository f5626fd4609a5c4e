{#- Touches of a journey that a model can give a share to, in the order in which they are named everywhere. -#}
{% macro attribution_milestones() -%}
    {{ return([
        'first_touch', 'lead_creation', 'opportunity_creation', 'closed_won', 'last_touch', 'last_non_direct',
        'primary_campaign',
    ]) }}
{%- endmacro %}


{#-
    The attribution models as they stand in seeds/definitions, read when a model is compiled: one dictionary each
    with name, half_life (none for models of milestones) and its half_life_unit, milestones (name -> weight in
    ten-thousandths), between (likewise) and agreed_for. Empty until the seeds are loaded. A wrong definition stops the build.

    The model that calls this names both seeds in a `depends_on` comment, so that they are loaded before it.
-#}
{% macro attribution_models() -%}
    {%- set models = [] -%}
    {%- if execute -%}
        {%- set definitions = definition_rows('attribution_models') -%}
        {%- set weights = definition_rows('attribution_weights') -%}
        {%- for row in definitions | sort(attribute='attribution_model') -%}
            {%- set shares = {} -%}
            {%- for weight in weights if weight.attribution_model == row.attribution_model and weight.weight != 0 -%}
                {%- do shares.update({weight.milestone: weight.weight}) -%}
            {%- endfor -%}
            {%- do check_attribution_model(row, shares, weights) -%}
            {%- set milestones = {} -%}
            {%- for milestone in attribution_milestones() if milestone in shares -%}
                {%- do milestones.update({milestone: (shares[milestone] * 10000) | int}) -%}
            {%- endfor -%}
            {%- do models.append({
                'name': row.attribution_model,
                'half_life': row.half_life_days or row.half_life_hours,
                'half_life_unit': 'days' if row.half_life_days else 'hours',
                'milestones': milestones,
                'between': (shares.get('between', 0) * 10000) | int,
                'agreed_for': row.agreed_for,
            }) -%}
        {%- endfor -%}
        {%- do check_attribution_weights(definitions, weights) -%}
    {%- endif -%}
    {{ return(models) }}
{%- endmacro %}


{#- Models of milestones, and models of half-lives: they are settled in different ways. -#}
{% macro milestone_models() -%}
    {{ return(attribution_models() | selectattr('half_life', 'none') | list) }}
{%- endmacro %}

{% macro decay_models() -%}
    {{ return(attribution_models() | rejectattr('half_life', 'none') | list) }}
{%- endmacro %}


{#- The model agreed for sourcing, pipeline or revenue. -#}
{% macro agreed_model(purpose) -%}
    {%- set agreed = attribution_models() | selectattr('agreed_for', 'equalto', purpose) | list -%}
    {%- if execute and agreed | length != 1 and attribution_models() -%}
        {%- do exceptions.raise_compiler_error(
            'seeds/definitions/attribution_models.csv: ' ~ agreed | length ~ ' models are agreed for ' ~ purpose
            ~ '; give exactly one row agreed_for = ' ~ purpose ~ '.'
        ) -%}
    {%- endif -%}
    {{ return(agreed[0].name if agreed else 'linear') }}
{%- endmacro %}


{#- Rows of a seed of definitions as dictionaries; none when it is not loaded yet. -#}
{% macro definition_rows(name) -%}
    {#- Not through ref(), which in a unit test is a fixture that cannot be queried while compiling. -#}
    {%- set schema = generate_schema_name('definitions', none) -%}
    {%- set relation = adapter.get_relation(target.database | default(none), schema, name) -%}
    {%- set rows = [] -%}
    {%- if relation is not none -%}
        {%- for row in run_query('select * from ' ~ relation).rows -%}
            {%- do rows.append(row.dict()) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(rows) }}
{%- endmacro %}


{#-
    One column of a seed of definitions, read when a model is compiled and kept as long as one run of dbt; empty until
    the seed is loaded. Who calls this waits for the seed.
-#}
{% macro definition_column(name, column) -%}
    {%- if not execute -%}
        {%- do ref(name) -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set kept = graph.setdefault('definition_columns', {}) -%}
    {%- set key = name ~ '.' ~ column -%}
    {%- if not kept.get(key) -%}
        {%- do kept.update({key: definition_rows(name) | map(attribute=column) | list}) -%}
    {%- endif -%}
    {{ return(kept[key]) }}
{%- endmacro %}


{% macro check_attribution_model(row, shares, weights) -%}
    {%- set here = 'Attribution model ' ~ row.attribution_model ~ ' in seeds/definitions: ' -%}
    {%- set problems = [] -%}
    {%- if not modules.re.match('^[a-z][a-z0-9_]*$', row.attribution_model) -%}
        {%- do problems.append('its name has to be lower case letters, digits and underscores.') -%}
    {%- endif -%}
    {%- for milestone, weight in shares.items() -%}
        {%- if milestone not in attribution_milestones() + ['between'] -%}
            {%- do problems.append(
                'there is no milestone ' ~ milestone ~ '; it is one of '
                ~ (attribution_milestones() + ['between']) | join(', ') ~ '.'
            ) -%}
        {%- elif weight < 0 or (weight * 10000) % 1 != 0 -%}
            {%- do problems.append(
                'the weight of ' ~ milestone ~ ' is ' ~ weight ~ '; give 0 to 1 with at most four decimals.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set half_life = row.half_life_days or row.half_life_hours -%}
    {%- if row.half_life_days is none and row.half_life_hours is none -%}
        {%- if not shares -%}
            {%- do problems.append('it has neither weights nor a half-life; give it one of them.') -%}
        {%- elif shares.values() | sum != 1 -%}
            {%- do problems.append('its weights add up to ' ~ shares.values() | sum ~ ', not to 1.') -%}
        {%- endif -%}
    {%- elif shares -%}
        {%- do problems.append('it has both weights and a half-life; keep one of them.') -%}
    {%- elif row.half_life_days is not none and row.half_life_hours is not none -%}
        {%- do problems.append('it has a half-life in days and one in hours; keep one of them.') -%}
    {%- elif not half_life or half_life < 1 or half_life > 730 -%}
        {%- do problems.append('its half-life is ' ~ half_life ~ '; give 1 to 730 days or hours.') -%}
    {%- endif -%}
    {%- if weights | selectattr('attribution_model', 'equalto', row.attribution_model) | map(attribute='milestone')
        | unique | list | length
        != weights | selectattr('attribution_model', 'equalto', row.attribution_model) | list | length -%}
        {%- do problems.append('a milestone has two weights; keep one.') -%}
    {%- endif -%}
    {%- if problems -%}
        {%- do exceptions.raise_compiler_error(here ~ problems[0]) -%}
    {%- endif -%}
{%- endmacro %}


{% macro check_attribution_weights(definitions, weights) -%}
    {%- set names = definitions | map(attribute='attribution_model') | list -%}
    {%- for weight in weights if weight.attribution_model not in names -%}
        {%- do exceptions.raise_compiler_error(
            'seeds/definitions/attribution_weights.csv: weights of ' ~ weight.attribution_model
            ~ ', which is not in attribution_models.csv; add its row there.'
        ) -%}
    {%- endfor -%}
    {%- if names | unique | list | length != names | length -%}
        {%- do exceptions.raise_compiler_error(
            'seeds/definitions/attribution_models.csv: a model is defined twice; every name may occur once.'
        ) -%}
    {%- endif -%}
{%- endmacro %}
