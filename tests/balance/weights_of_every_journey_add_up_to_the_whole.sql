{%- set models = attribution_models() -%}
-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
-- In every deal, scope and model the parts per billion add up to 10^9, and every journey has a row for each touch.
with weighed as (
    select
        opportunity_id,
        attribution_scope,
        {%- for model in models %}
        sum({{ model.name }}_ppb) as {{ model.name }}_ppb,
        min({{ model.name }}_ppb) as {{ model.name }}_least_ppb,
        {%- endfor %}
        count(*) as touch_count
    from {{ ref('int_touches_weighed_by_model') }}
    group by opportunity_id, attribution_scope
),

journeys as (
    select
        opportunity_id,
        attribution_scope,
        touch_count
    from {{ ref('int_journeys_measured') }}
)

select
    journeys.opportunity_id,
    journeys.attribution_scope,
    'weights do not add up' as problem
from journeys
left join weighed
    on journeys.opportunity_id = weighed.opportunity_id and journeys.attribution_scope = weighed.attribution_scope
where
    weighed.opportunity_id is null
    or weighed.touch_count <> journeys.touch_count
    {%- for model in models %}
    or weighed.{{ model.name }}_ppb <> 1000000000
    or weighed.{{ model.name }}_least_ppb < 0
    {%- endfor %}
union all
select
    'none' as opportunity_id,
    'none' as attribution_scope,
    'no journey to check' as problem
where (select count(*) from journeys) = 0 and '{{ setting("raw_data") }}' = 'sample'
