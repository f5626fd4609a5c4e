{%- set models = attribution_models() -%}
-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
-- In every month, scope and model; deal by deal as well, where two faults cannot hide each other in a sum. A month or
-- model that nobody looked at is a fault too.
with crm_reconciliation as (
    select * from {{ ref('crm_reconciliation_by_month') }}
),

reconciled as (
    select * from {{ ref('int_opportunities_reconciled') }}
),

expected_models as (
    select count(*) as model_count
    from {{ ref('attribution_models') }}
),

crm as (
    select
        'pipeline' as attribution_scope,
        count(*) as expected_count
    from {{ ref('stg_crm__opportunities') }}
    union all
    select
        'revenue' as attribution_scope,
        count(*) as expected_count
    from {{ ref('int_opportunities_dated_by_stage') }}
    where is_won
),

looked_at as (
    select
        attribution_scope,
        sum(deal_count) as deal_count
    from crm_reconciliation
    where line_item = 'CRM total'
    group by attribution_scope
)

select
    attribution_scope,
    attribution_model,
    cast(month_start_date as string) as found_in,
    'the month differs by ' || cast(deal_amount as string) || ' and ' || cast(deal_count as string) || ' deals'
        as fault
from crm_reconciliation
where line_item = 'difference' and (deal_amount <> 0 or deal_count <> 0)
{%- for model in models %}
union all
select
    attribution_scope,
    '{{ model.name }}' as attribution_model,
    opportunity_id as found_in,
    'the deal differs' as fault
from reconciled
where
    crm_minor <> {{ model.name }}_minor + unattributed_minor + excluded_minor
    or crm_count <> attributed_count + unattributed_count + excluded_count
{%- endfor %}
union all
select
    crm.attribution_scope,
    null as attribution_model,
    null as found_in,
    'the CRM has other deals than were looked at' as fault
from crm
cross join expected_models
left join looked_at on crm.attribution_scope = looked_at.attribution_scope
where coalesce(looked_at.deal_count, 0) <> crm.expected_count * expected_models.model_count
