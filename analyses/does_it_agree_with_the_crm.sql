-- The page for the CFO: the agreed model of each scope, one column per year. The last line is zero.
select
    reconciliation.attribution_scope,
    reconciliation.attribution_model,
    reconciliation.line_rank,
    reconciliation.line_item,
    reconciliation.year_start_date,
    sum(reconciliation.deal_count) as deal_count,
    sum(reconciliation.deal_amount) as deal_amount
from {{ ref('crm_reconciliation_by_month') }} as reconciliation
inner join {{ ref('attribution_models') }} as attribution_models
    on
        reconciliation.attribution_model = attribution_models.attribution_model
        and reconciliation.attribution_scope = attribution_models.agreed_for
group by
    reconciliation.attribution_scope,
    reconciliation.attribution_model,
    reconciliation.line_rank,
    reconciliation.line_item,
    reconciliation.year_start_date
order by
    reconciliation.attribution_scope asc,
    reconciliation.year_start_date asc,
    reconciliation.line_rank asc,
    reconciliation.line_item asc
