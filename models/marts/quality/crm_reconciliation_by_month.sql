{%- set models = attribution_models() -%}
-- depends_on: {{ ref('attribution_models') }}, {{ ref('attribution_weights') }}
with reconciled as (
    select * from {{ ref('int_opportunities_reconciled') }}
),

added_up as (
    -- the deals are added up once; what is left is small enough to be turned long
    select
        {{ month_start('scope_date') }} as month_start_date,
        attribution_scope,
        exclusion_reason,
        sum(crm_count) as crm_count,
        sum(attributed_count) as attributed_count,
        sum(unattributed_count) as unattributed_count,
        sum(excluded_count) as excluded_count,
        sum(crm_minor) as crm_minor,
        {%- for model in models %}
        sum({{ model.name }}_minor) as {{ model.name }}_minor,
        {%- endfor %}
        sum(unattributed_minor) as unattributed_minor,
        sum(excluded_minor) as excluded_minor
    from reconciled
    group by {{ month_start('scope_date') }}, attribution_scope, exclusion_reason
),

by_model as (
    {%- for model in models %}
    select
        month_start_date,
        attribution_scope,
        '{{ model.name }}' as attribution_model,
        exclusion_reason,
        crm_count,
        attributed_count,
        unattributed_count,
        excluded_count,
        crm_minor,
        {{ model.name }}_minor as attributed_minor,
        unattributed_minor,
        excluded_minor
    from added_up
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

lines as (
    {%- for line_rank, line_item, count, amount in [
        (1, "'CRM total'", 'crm_count', 'crm_minor'),
        (2, "'attributed'", 'attributed_count', 'attributed_minor'),
        (3, "'unattributed'", 'unattributed_count', 'unattributed_minor'),
        (4, "'excluded: ' || exclusion_reason", 'excluded_count', 'excluded_minor'),
        (
            5, "'difference'",
            'crm_count - attributed_count - unattributed_count - excluded_count',
            'crm_minor - attributed_minor - unattributed_minor - excluded_minor',
        ),
    ] %}
    select
        month_start_date,
        attribution_scope,
        attribution_model,
        {{ line_rank }} as line_rank,
        {{ line_item }} as line_item,
        {{ count }} as deal_count,
        {{ amount }} as amount_minor
    from by_model
    {%- if line_rank == 4 %}
    where excluded_count <> 0
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

crm_reconciliation_by_month as (
    select
        month_start_date,
        {{ quarter_start('month_start_date') }} as quarter_start_date,
        {{ year_start('month_start_date') }} as year_start_date,
        attribution_scope,
        attribution_model,
        cast(line_rank as integer) as line_rank,
        line_item,
        {{ reporting_currency() }} as currency_code,
        cast(sum(deal_count) as bigint) as deal_count,
        {{ money('sum(amount_minor)') }} as deal_amount
    from lines
    group by
        month_start_date,
        attribution_scope,
        attribution_model,
        line_rank,
        line_item
)

select * from crm_reconciliation_by_month
