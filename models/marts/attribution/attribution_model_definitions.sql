with models as (
    select * from {{ ref('attribution_models') }}
),

weights as (
    select
        attribution_model,
        {%- for milestone in attribution_milestones() %}
        sum(weight) filter (where milestone = '{{ milestone }}') as {{ milestone }}_share,
        {%- endfor %}
        sum(weight) filter (where milestone = 'between') as between_share
    from {{ ref('attribution_weights') }}
    group by attribution_model
),

attribution_model_definitions as (
    select
        models.attribution_model,
        models.valid_from as valid_from_date,
        models.label as model_label,
        models.agreed_for,
        models.agreed_by,
        models.reason as definition_reason,
        models.version as version_number,
        models.half_life_days,
        models.half_life_hours,
        {%- for milestone in attribution_milestones() %}
        cast(weights.{{ milestone }}_share as decimal(5, 4)) as {{ milestone }}_share,
        {%- endfor %}
        cast(weights.between_share as decimal(5, 4)) as between_share
    from models
    left join weights on models.attribution_model = weights.attribution_model
)

select * from attribution_model_definitions
