-- What is missing is missing in a row of a seed, or in the YAML of a seed or a metric; `problem` says where to add it.
-- depends_on: {{ ref('definitions') }}
with

incomplete as (
    select
        definition_id,
        case
            when version_number is null or version_number < 1 then 'has no version of 1 or more'
            when coalesce(trim(agreed_by), '') = '' then 'does not say who agreed to it'
            when valid_from_date is null then 'does not say from which day it holds (valid_from)'
            when coalesce(trim(definition_reason), '') = '' then 'does not say why it is so (reason)'
        end as problem
    from {{ ref('definitions') }}
    {%- for definition_id, problem in definition_problems() %}
    union all
    select
        {{ text_literal(definition_id) }} as definition_id,
        {{ text_literal(problem) }} as problem
    {%- endfor %}
)

select
    definition_id,
    problem
from incomplete
where problem is not null
