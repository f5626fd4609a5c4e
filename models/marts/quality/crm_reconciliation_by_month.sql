with reconciled as (
    select * from {{ ref('int_opportunities_reconciled') }}
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
        attribution_scope,
        attribution_model,
        scope_date,
        {{ line_rank }} as line_rank,
        {{ line_item }} as line_item,
        {{ count }} as deal_count,
        {{ amount }} as amount_minor
    from reconciled
    {%- if line_rank == 4 %}
    where excluded_count <> 0
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

crm_reconciliation_by_month as (
    select
        {{ month_start('scope_date') }} as month_start_date,
        {{ quarter_start('scope_date') }} as quarter_start_date,
        {{ year_start('scope_date') }} as year_start_date,
        attribution_scope,
        attribution_model,
        cast(line_rank as integer) as line_rank,
        line_item,
        {{ reporting_currency() }} as currency_code,
        cast(sum(deal_count) as bigint) as deal_count,
        {{ money('sum(amount_minor)') }} as deal_amount
    from lines
    group by
        {{ month_start('scope_date') }},
        {{ quarter_start('scope_date') }},
        {{ year_start('scope_date') }},
        attribution_scope,
        attribution_model,
        line_rank,
        line_item
)

select * from crm_reconciliation_by_month
