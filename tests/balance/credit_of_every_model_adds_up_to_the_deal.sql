{%- set models = attribution_models() -%}
-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
-- In every model the credit of a deal equals its amount to the unit: in pipeline for every deal that takes part, in
-- revenue for every one of them that is won. A deal without touches has its amount in the unattributed rows.
with credited as (
    select
        opportunity_id,
        attribution_scope,
        {%- for model in models %}
        sum({{ model.name }}_minor) as {{ model.name }}_minor,
        {%- endfor %}
        count(*) as row_count
    from {{ ref('int_touches_weighed_by_model') }}
    group by opportunity_id, attribution_scope
    union all
    select
        opportunity_id,
        attribution_scope,
        {%- for model in models %}
        amount_minor as {{ model.name }}_minor,
        {%- endfor %}
        1 as row_count
    from {{ ref('int_opportunities_left_unattributed') }}
),

opportunities as (
    select
        opportunity_id,
        'pipeline' as attribution_scope,
        amount_minor
    from {{ ref('int_opportunities_prepared') }}
    where exclusion_reason is null
    union all
    select
        opportunity_id,
        'revenue' as attribution_scope,
        amount_minor
    from {{ ref('int_opportunities_prepared') }}
    where exclusion_reason is null and is_won
)

select
    coalesce(opportunities.opportunity_id, credited.opportunity_id) as opportunity_id,
    coalesce(opportunities.attribution_scope, credited.attribution_scope) as attribution_scope,
    'credit is not the amount' as problem
from opportunities
full outer join credited
    on
        opportunities.opportunity_id = credited.opportunity_id
        and opportunities.attribution_scope = credited.attribution_scope
where
    opportunities.opportunity_id is null
    or credited.opportunity_id is null
    {%- for model in models %}
    or credited.{{ model.name }}_minor is distinct from opportunities.amount_minor
    {%- endfor %}
union all
select
    'none' as opportunity_id,
    'none' as attribution_scope,
    'no deal to check' as problem
where (select count(*) from opportunities) = 0 and '{{ setting("raw_data") }}' = 'sample'
