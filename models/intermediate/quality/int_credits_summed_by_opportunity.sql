{%- set models = attribution_models() -%}
-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
with weighed as (
    select * from {{ ref('int_touches_weighed_by_model') }}
),

unattributed as (
    select * from {{ ref('int_opportunities_left_unattributed') }}
),

summed as (
    select
        opportunity_id,
        attribution_scope,
        {%- for model in models %}
        sum({{ model.name }}_minor) as {{ model.name }}_minor,
        {%- endfor %}
        count(*) as touch_count
    from weighed
    group by opportunity_id, attribution_scope
),

lengthened as (
    {%- for model in models %}
    select
        opportunity_id,
        attribution_scope,
        '{{ model.name }}' as attribution_model,
        touch_count,
        0 as unattributed_count,
        {{ model.name }}_minor as attributed_minor,
        0 as unattributed_minor
    from summed
    union all
    select
        opportunity_id,
        attribution_scope,
        '{{ model.name }}' as attribution_model,
        0 as touch_count,
        1 as unattributed_count,
        0 as attributed_minor,
        amount_minor as unattributed_minor
    from unattributed
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

credits_summed_by_opportunity as (
    select
        opportunity_id,
        attribution_scope,
        attribution_model,
        cast(sum(touch_count) as bigint) as touch_count,
        cast(sum(unattributed_count) as bigint) as unattributed_count,
        cast(sum(attributed_minor) as bigint) as attributed_minor,
        cast(sum(unattributed_minor) as bigint) as unattributed_minor
    from lengthened
    group by opportunity_id, attribution_scope, attribution_model
)

select * from credits_summed_by_opportunity
