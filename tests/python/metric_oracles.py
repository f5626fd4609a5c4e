"""What each metric is worth by year, said a second time in plain SQL on the marts.

Written from the words of the catalogue, not from the YAML: where the two differ, one of them is
wrong. A value is per calendar year; `{year}` stands for the rounding of a day to it.
"""

IN_PLAY = "exclusion_reason is null"


def _by_year(day: str, value: str, table: str, where: str = "true") -> str:
    return (
        f"select cast(date_trunc('year', {day}) as date), {value} from {table} "
        f"where {day} is not null and {where} group by 1"
    )


def _share(day: str, hit: str, base: str, table: str) -> str:
    return _by_year(day, f"count(*) filter ({hit}) / nullif(count(*), 0)", table, base)


CYCLES, DEALS, ORIGINS = (
    "funnel.lead_cycles",
    "core.opportunities",
    "attribution.opportunity_origins",
)
CREDITS, TOUCHES, PEOPLE = "attribution.touch_credits", "core.touches", "core.people"
CHANNELS, CAMPAIGNS = "campaigns.channel_results_by_month", "campaigns.campaign_results_by_month"
MODELS, CLOSES = "attribution.model_credits_by_month", "funnel.days_to_close"
LEVELS = "funnel.service_level_by_month"
MONTH = "month_start_date"


def _cohort(first: str, last: str, days: int) -> str:
    hit = f"date_diff('day', {first}_date, {last}_date) <= {days}"
    return _share(f"{first}_date", hit, "true", CYCLES)


def _median(first: str, last: str) -> str:
    return _by_year(f"{first}_date", f"median(days_{first}_to_{last})", CYCLES)


def _sourced(team: str) -> str:
    return _by_year("created_date", "sum(opportunity_amount)", ORIGINS, f"sourced_class = '{team}'")


_JUDGED = "mql_date is not null and (sal_date is not null or disposition = 'rejected')"
_STAGES = ("mql", "sal", "sql")
_INFERRED = " + ".join(f"sum(is_{stage}_inferred::int)" for stage in _STAGES)
_ENTERED = " + ".join(f"count({stage}_date)" for stage in _STAGES)
_IN_NEW_BUSINESS = "is_new_business and is_won and exclusion_reason is null"
_NO_CYCLE = f"is_won and {IN_PLAY} and not is_created_at_close"

ORACLES = {
    # the funnel
    "inquiries": _by_year("inquiry_date", "count(*)", CYCLES),
    "mqls": _by_year("mql_date", "count(*)", CYCLES),
    "sals": _by_year("sal_date", "count(*)", CYCLES),
    "sqls": _by_year("sql_date", "count(*)", CYCLES),
    "inquiry_to_mql_rate": _cohort("inquiry", "mql", 90),
    "mql_to_sal_rate": _cohort("mql", "sal", 30),
    "sal_to_sql_rate": _cohort("sal", "sql", 90),
    "sql_to_opportunity_rate": _cohort("sql", "opportunity", 90),
    "opportunity_to_won_rate": _cohort("opportunity", "won", 365),
    "lead_to_win_rate": _cohort("inquiry", "won", 365),
    "sal_acceptance_rate": _share("mql_date", "sal_date is not null", _JUDGED, CYCLES),
    "rejection_rate": _share("mql_date", "sal_date is null", _JUDGED, CYCLES),
    "rejected_mqls": _by_year(
        "mql_date", "count(*)", CYCLES, "disposition = 'rejected' and sal_date is null"
    ),
    "lead_cycles_started": _by_year("started_date", "count(*)", CYCLES),
    "recycled_leads": _by_year("started_date", "count(*)", CYCLES, "cycle_number > 1"),
    "re_entry_rate": _share("started_date", "cycle_number > 1", "true", CYCLES),
    "median_days_inquiry_to_mql": _median("inquiry", "mql"),
    "median_days_mql_to_sal": _median("mql", "sal"),
    "median_days_sal_to_sql": _median("sal", "sql"),
    "median_days_sql_to_opportunity": _median("sql", "opportunity"),
    "median_days_opportunity_to_won": _median("opportunity", "won"),
    "inferred_stage_share": _by_year("started_date", f"({_INFERRED}) / ({_ENTERED})", CYCLES),
    "mqls_worked_in_time": _by_year(MONTH, "sum(worked_in_time_count)", LEVELS),
    "mqls_expired": _by_year(MONTH, "sum(expired_count)", LEVELS),
    "mqls_waiting": _by_year(MONTH, "sum(waiting_count)", LEVELS),
    "service_level_attainment": _by_year(
        MONTH, "sum(worked_in_time_count) / nullif(sum(mql_count) - sum(waiting_count), 0)", LEVELS
    ),
    "median_days_first_seen_to_close": _by_year("won_date", "median(days_from_first_seen)", CLOSES),
    "median_days_inquiry_to_close": _by_year("won_date", "median(days_from_inquiry)", CLOSES),
    "p90_days_first_seen_to_close": _by_year(
        "won_date", "quantile_cont(days_from_first_seen, 0.9)", CLOSES
    ),
    # deals
    "sqos": _by_year("pipeline_entered_date", "count(*)", DEALS, IN_PLAY),
    "pipeline_created_amount": _by_year(
        "pipeline_entered_date", "sum(deal_amount)", DEALS, IN_PLAY
    ),
    "open_pipeline_amount": _by_year(
        "pipeline_entered_date", "sum(deal_amount)", DEALS, f"is_open and {IN_PLAY}"
    ),
    "open_opportunities": _by_year(
        "pipeline_entered_date", "count(*)", DEALS, f"is_open and {IN_PLAY}"
    ),
    "overdue_opportunities": _by_year(
        "pipeline_entered_date", "count(*)", DEALS, "is_open and is_close_date_overdue"
    ),
    "wins": _by_year("closed_date", "count(*)", DEALS, f"is_won and {IN_PLAY}"),
    "losses": _by_year("closed_date", "count(*)", DEALS, f"is_lost and {IN_PLAY}"),
    "closed_opportunities": _by_year(
        "closed_date", "count(*)", DEALS, f"(is_won or is_lost) and {IN_PLAY}"
    ),
    "bookings_amount": _by_year("closed_date", "sum(deal_amount)", DEALS, f"is_won and {IN_PLAY}"),
    "closed_amount": _by_year(
        "closed_date", "sum(deal_amount)", DEALS, f"(is_won or is_lost) and {IN_PLAY}"
    ),
    "new_business_bookings_amount": _by_year(
        "closed_date", "sum(deal_amount)", DEALS, _IN_NEW_BUSINESS
    ),
    "new_customers": _by_year(
        "closed_date", "count(distinct account_id)", DEALS, _IN_NEW_BUSINESS
    ),
    "average_deal_amount": _by_year(
        "closed_date", "sum(deal_amount)::double / count(*)", DEALS, f"is_won and {IN_PLAY}"
    ),
    "win_rate": _share("closed_date", "is_won", f"(is_won or is_lost) and {IN_PLAY}", DEALS),
    "win_rate_by_value": _by_year(
        "closed_date",
        "sum(deal_amount) filter (is_won)::double / sum(deal_amount)",
        DEALS,
        f"(is_won or is_lost) and {IN_PLAY}",
    ),
    "median_sales_cycle_days": _by_year("closed_date", "median(days_to_close)", DEALS, _NO_CYCLE),
    "p90_sales_cycle_days": _by_year(
        "closed_date", "quantile_cont(days_to_close, 0.9)", DEALS, _NO_CYCLE
    ),
    "reopened_opportunities": _by_year("closed_date", "count(*)", DEALS, "reopen_count > 0"),
    "opportunities_in_crm": _by_year("created_date", "count(*)", DEALS),
    "opportunities_without_usable_amount": _by_year(
        "created_date", "count(*)", DEALS, "amount_problem is not null"
    ),
    "unresolved_amount_share": _share(
        "created_date", "amount_problem is not null", "true", DEALS
    ),
    # who sourced, who influenced
    "marketing_sourced_pipeline_amount": _sourced("marketing"),
    "sales_sourced_pipeline_amount": _sourced("sales"),
    "partner_sourced_pipeline_amount": _sourced("partner"),
    "unsourced_pipeline_amount": _sourced("unsourced"),
    "new_business_pipeline_amount": _by_year(
        "created_date",
        "sum(opportunity_amount)",
        ORIGINS,
        "sourced_class not in ('excluded', 'existing customer')",
    ),
    "marketing_sourced_revenue_amount": _by_year(
        "closed_date", "sum(opportunity_amount)", ORIGINS, "is_won and sourced_class = 'marketing'"
    ),
    "marketing_influenced_pipeline_amount": _by_year(
        "created_date", "sum(opportunity_amount)", ORIGINS, f"is_influenced_pipeline and {IN_PLAY}"
    ),
    "marketing_influenced_revenue_amount": _by_year(
        "closed_date",
        "sum(opportunity_amount)",
        ORIGINS,
        f"is_won and is_influenced_revenue and {IN_PLAY}",
    ),
    "marketing_sourced_share": _by_year(
        "created_date",
        "sum(opportunity_amount) filter (sourced_class = 'marketing')::double "
        "/ sum(opportunity_amount)",
        ORIGINS,
        "sourced_class not in ('excluded', 'existing customer')",
    ),
    # attribution
    "attributed_pipeline_amount": _by_year(
        "created_date", "sum(credited_amount)", "attribution.touch_credits_by_model",
        "attribution_model = 'w_shaped' and attribution_scope = 'pipeline'",
    ),
    "attributed_revenue_amount": _by_year(
        "closed_date", "sum(credited_amount)", "attribution.touch_credits_by_model",
        "attribution_model = 'full_path' and attribution_scope = 'revenue'",
    ),
    "attributed_opportunities": _by_year(
        "created_date", "count(distinct opportunity_id)", CREDITS
    ),
    "attributed_wins": _by_year(
        "closed_date", "count(distinct opportunity_id)", CREDITS, "is_won"
    ),
    "sourced_opportunities": _by_year("created_date", "count(distinct opportunity_id)", CREDITS),
    "sourced_pipeline_amount": _by_year(
        "created_date", "sum(credited_amount)", "attribution.touch_credits_by_model",
        "attribution_model = 'first_touch' and attribution_scope = 'pipeline'",
    ),
    "unattributed_pipeline_amount": _by_year(
        "created_date", "sum(credited_pipeline_amount)", CREDITS, "channel = 'no touch'"
    ),
    "unattributed_share": _by_year(
        "created_date",
        "coalesce(sum(credited_pipeline_amount) filter (channel = 'no touch'), 0)::double "
        "/ sum(credited_pipeline_amount)",
        CREDITS,
    ),
    "attributed_pipeline_amount_by_model": _by_year(
        "created_date", "sum(credited_amount)", "attribution.touch_credits_by_model",
        "attribution_scope = 'pipeline'",
    ),
    "attributed_revenue_amount_by_model": _by_year(
        "closed_date", "sum(credited_amount)", "attribution.touch_credits_by_model",
        "attribution_scope = 'revenue'",
    ),
    # touches and people
    "touches": _by_year("touch_date", "count(*)", TOUCHES),
    "touched_people": _by_year("touch_date", "count(distinct person_id)", TOUCHES),
    "touched_accounts": _by_year("touch_date", "count(distinct account_id)", TOUCHES),
    "known_touch_share": _share("touch_date", "person_id is not null", "true", TOUCHES),
    "unmapped_channel_share": _share("touch_date", "channel = 'Unassigned'", "true", TOUCHES),
    "new_people": _by_year("created_date", "count(*)", PEOPLE),
    "account_match_rate": _share("created_date", "account_id is not null", "true", PEOPLE),
    # spend and return
    "spend_amount": _by_year(MONTH, "sum(cost_amount)", CAMPAIGNS),
    "ad_spend_amount": _by_year(MONTH, "sum(ad_spend_amount)", CAMPAIGNS),
    "responses": _by_year(
        "touch_date", "count(*)", TOUCHES, "touch_kind in ('campaign_response', 'form')"
    ),
    "cost_per_mql": _by_year(
        MONTH, "sum(cost_amount)::double / nullif(sum(period_mql_count), 0)", CAMPAIGNS
    ),
    "cost_per_opportunity": _by_year(
        MONTH, "sum(cost_amount)::double / nullif(sum(period_sourced_deal_count), 0)", CAMPAIGNS
    ),
    "cost_per_win": _by_year(
        MONTH, "sum(cost_amount)::double / nullif(sum(period_sourced_win_count), 0)", CAMPAIGNS
    ),
    "pipeline_per_spend": _by_year(
        MONTH, "sum(cohort_credited_pipeline_amount)::double / nullif(sum(cost_amount), 0)",
        CAMPAIGNS,
    ),
    "campaign_roi": _by_year(
        MONTH,
        "(sum(cohort_credited_revenue_amount) - sum(cost_amount))::double "
        "/ nullif(sum(cost_amount), 0)",
        CAMPAIGNS,
    ),
    "return_on_spend": _by_year(
        MONTH, "sum(period_credited_revenue_amount)::double / nullif(sum(cost_amount), 0)",
        CAMPAIGNS,
    ),
    "campaign_spend_amount": _by_year(MONTH, "sum(cost_amount)", CHANNELS),
    "campaign_attributed_revenue_amount": _by_year(
        MONTH, "sum(cohort_credited_revenue_amount)", CHANNELS
    ),
    "campaign_return_multiple": _by_year(
        MONTH, "sum(cohort_credited_revenue_amount)::double / nullif(sum(cost_amount), 0)", CHANNELS
    ),
}  # fmt: skip
