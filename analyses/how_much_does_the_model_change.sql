-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
-- The same deals under every model, channel by channel. Read one row across, never add the models together.
select
    attribution_scope,
    channel,
    {% for model in attribution_models() -%}
    sum(credited_amount) filter (where attribution_model = '{{ model.name }}') as {{ model.name }}_amount,
    {% endfor -%}
    max(currency_code) as currency_code
from {{ ref('model_credits_by_month') }}
group by attribution_scope, channel
order by attribution_scope asc, channel asc
