"""What each metric is worth by year, said a second time in plain SQL on the marts.

Written from the words of the catalogue, not from the YAML: where the two differ, one of them is
wrong. A value is per calendar year; `{year}` stands for the rounding of a day to it.
"""

IN_PLAY = "exclusion_reason is null"
COUNTED = "(exclusion_reason is null or exclusion_reason = amount_problem)"


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
CLOSES, LEVELS = "funnel.days_to_close", "funnel.service_level_by_month"
OPEN = "funnel.open_pipeline_by_month"
BY_MODEL, ANSWERS = "attribution.touch_credits_by_model", "attribution.influenced_opportunities"
MONTH = "month_start_date"


def _cohort(first: str, last: str, days: int) -> str:
    hit = f"date_diff('day', {first}_date, {last}_date) <= {days}"
    return _share(f"{first}_date", hit, "true", CYCLES)


def _median(first: str, last: str) -> str:
    return _by_year(f"{first}_date", f"median(days_{first}_to_{last})", CYCLES)


def _in_period(first: str, last: str, rows: str = f"{CYCLES} where true", hit: str = "true") -> str:
    """Entries of two stages, each by its own day, whoever they belong to."""
    years = [
        f"select date_trunc('year', {stage}_date)::date as year, count(*) as entries "
        f"from {rows} and {condition} and {stage}_date is not null group by 1"
        for stage, condition in ((first, "true"), (last, hit))
    ]
    return (
        f"select year, l.entries / f.entries from ({years[0]}) as f "
        f"full join ({years[1]}) as l using (year)"
    )


def _last_of_year(value: str) -> str:
    """A stock: what stood on the last day of the year that the report knows."""
    return (
        f"select cast(date_trunc('year', as_of_date) as date), {value} from {OPEN} "
        f"where as_of_date in (select max(as_of_date) from {OPEN} group by year(as_of_date)) "
        "group by 1"
    )


def _per(value: str, base: str, table: str) -> str:
    return _by_year(MONTH, f"sum({value})::double / nullif(sum({base}), 0)", table)


def _answered(scope: str, day: str, key: str, member: str) -> str:
    """Deals with an answer, each once for a channel or campaign, whatever the rows."""
    return (
        f"select cast(date_trunc('year', {day}) as date), member, sum(amount) from ("
        f"select distinct opportunity_id, answers.{key}, {day}, opportunity_amount as amount, "
        f"coalesce({member}, '(none)') as member from {ANSWERS} as answers "
        "left join core.campaigns as campaigns using (campaign_id) "
        f"where attribution_scope = '{scope}' and {day} is not null) group by all"
    )


def _credit(model: str, scope: str, value: str) -> str:
    """Credit of one model, by the day the deal was created (pipeline) or closed (revenue)."""
    day = "created_date" if scope == "pipeline" else "closed_date"
    earned = f"attribution_model = '{model}' and attribution_scope = '{scope}'"
    return _by_year(day, value, BY_MODEL, f"{earned} and touch_id is not null")


def _by_model(scope: str, day: str) -> str:
    return (
        f"select cast(date_trunc('year', {day}) as date), attribution_model, sum(credited_amount) "
        f"from {BY_MODEL} where attribution_scope = '{scope}' and touch_id is not null group by all"
    )


def _sourced(team: str) -> str:
    return _by_year("created_date", "sum(opportunity_amount)", ORIGINS, f"sourced_class = '{team}'")


_DEALS_TOUCHED = "count(distinct opportunity_id)"
_JUDGED = "mql_date is not null and (sal_date is not null or disposition = 'rejected')"
_STAGES = ("mql", "sal", "sql")
_INFERRED = " + ".join(f"sum(is_{stage}_inferred::int)" for stage in _STAGES)
_ENTERED = " + ".join(f"count({stage}_date)" for stage in _STAGES)
_IN_NEW_BUSINESS = "is_new_business and is_won and exclusion_reason is null"
_NO_CYCLE = f"is_won and {IN_PLAY} and not is_created_at_close"
_RESOLVED = "mql_date is not null and (sal_date is not null or disposition <> 'open')"
_ENDED = "disposition in ('rejected', 'recycled', 'disqualified')"
_REAL = "(touch_kind <> 'activity' or is_human_activity)"
# what the work of sales earned has no cost here, and what nobody touched nobody earned
_PAID = "case when channel not in ('Outbound', 'no touch') then {} end"

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
    "opportunity_to_won_rate": _share(
        "pipeline_entered_date",
        "is_won and date_diff('day', pipeline_entered_date, closed_date) <= 365",
        COUNTED,
        DEALS,
    ),
    "inquiry_to_mql_rate_in_period": _in_period("inquiry", "mql"),
    "mql_to_sal_rate_in_period": _in_period("mql", "sal"),
    "sal_to_sql_rate_in_period": _in_period("sal", "sql"),
    "sql_to_opportunity_rate_in_period": _in_period("sql", "opportunity"),
    "opportunity_to_won_rate_in_period": _in_period(
        "pipeline_entered", "closed", f"{DEALS} where {COUNTED}", "is_won"
    ),
    "lead_to_win_rate": _cohort("inquiry", "won", 365),
    "sal_acceptance_rate": _share("mql_date", "sal_date is not null", _JUDGED, CYCLES),
    "resolved_mqls": _by_year("mql_date", "count(*)", CYCLES, _RESOLVED),
    "rejection_rate": _share(
        "mql_date", "sal_date is null and disposition = 'rejected'", _RESOLVED, CYCLES
    ),
    "dead_on_arrival_rate": _share(
        "mql_date",
        "sal_date is null and disposition in ('rejected', 'disqualified', 'expired_sla')",
        _RESOLVED,
        CYCLES,
    ),
    "unspecified_rejection_share": _share(
        "ended_date", "rejection_reason = 'unspecified'", _ENDED, CYCLES
    ),
    "rejected_mqls": _by_year(
        "mql_date", "count(*)", CYCLES, "disposition = 'rejected' and sal_date is null"
    ),
    "lead_cycles_started": _by_year("started_date", "count(*)", CYCLES),
    "recycled_cycles": _by_year("ended_date", "count(*)", CYCLES, "disposition = 'recycled'"),
    "re_entered_cycles": _by_year("started_date", "count(*)", CYCLES, "cycle_number > 1"),
    "re_entry_rate": (
        "select year, avg(came_back) from (select date_trunc('year', started_date)::date as year, "
        f"person_id, max(cycle_number > 1)::int as came_back from {CYCLES} group by all) group by 1"
    ),
    "median_days_inquiry_to_mql": _median("inquiry", "mql"),
    "median_days_mql_to_sal": _median("mql", "sal"),
    "median_days_sal_to_sql": _median("sal", "sql"),
    "median_days_sql_to_opportunity": _median("sql", "opportunity"),
    "median_days_opportunity_to_won": _median("opportunity", "won"),
    "median_hours_to_work": _by_year(
        "mql_date",
        "median(floor((epoch(worked_at) - epoch(mql_at)) / 60) / 60)",
        CYCLES,
        "worked_due_date is not null and not is_mql_inferred",
    ),
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
    "sqos": _by_year("pipeline_entered_date", "count(*)", DEALS, COUNTED),
    "pipeline_created_amount": _by_year(
        "pipeline_entered_date", "sum(deal_amount)", DEALS, IN_PLAY
    ),
    "open_pipeline_amount": _last_of_year("sum(pipeline_amount)"),
    "open_opportunities": _last_of_year("count(distinct opportunity_id)"),
    "weighted_pipeline_amount": _last_of_year(
        "sum(round(pipeline_amount * win_probability_share, 2))"
    ),
    "stalled_opportunities": _last_of_year("count(*) filter (days_in_stage > stalled_after_days)"),
    "stalled_pipeline_amount": _last_of_year(
        "sum(pipeline_amount) filter (days_in_stage > stalled_after_days)"
    ),
    "overdue_opportunities": _last_of_year("count(*) filter (is_close_date_overdue)"),
    "wins": _by_year("closed_date", "count(*)", DEALS, f"is_won and {COUNTED}"),
    "losses": _by_year("closed_date", "count(*)", DEALS, f"is_lost and {COUNTED}"),
    "closed_opportunities": _by_year(
        "closed_date", "count(*)", DEALS, f"(is_won or is_lost) and {COUNTED}"
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
        "closed_date", "sum(deal_amount)::double / count(*)", DEALS, f"is_won and {COUNTED}"
    ),
    "win_rate": _share("closed_date", "is_won", f"(is_won or is_lost) and {COUNTED}", DEALS),
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
    # the four factors, month by month in the mart: the amount won and the days agree in the year
    "pipeline_velocity_amount": _by_year(
        "closed_date",
        "count(*) * (count(*) filter (is_won) / count(*)) "
        "* (sum(deal_amount) filter (is_won)::double / count(*) filter (is_won)) "
        "/ median(days_to_close) filter (is_won)",
        DEALS,
        f"(is_won or is_lost) and is_new_business and {COUNTED} "
        "and not is_created_at_close and not is_closed_before_created",
    ),
    "opportunities_without_people_share": _share(
        "created_date", "named_person_count = 0", COUNTED, DEALS
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
    "product_sourced_pipeline_amount": _sourced("product"),
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
    "attributed_pipeline_amount": _credit("w_shaped", "pipeline", "sum(credited_amount)"),
    "attributed_revenue_amount": _credit("full_path", "revenue", "sum(credited_amount)"),
    "attributed_opportunities": _credit("w_shaped", "pipeline", _DEALS_TOUCHED),
    "attributed_wins": _credit("full_path", "revenue", _DEALS_TOUCHED),
    "sourced_opportunities": _credit("first_touch", "pipeline", _DEALS_TOUCHED),
    "sourced_pipeline_amount": _credit("first_touch", "pipeline", "sum(credited_amount)"),
    "unattributed_pipeline_amount": _by_year(
        "created_date", "sum(credited_pipeline_amount)", CREDITS, "channel = 'no touch'"
    ),
    "unattributed_revenue_amount": _by_year(
        "closed_date", "sum(credited_revenue_amount)", CREDITS, "channel = 'no touch'"
    ),
    "unattributed_share": _by_year(
        "created_date",
        "coalesce(sum(credited_pipeline_amount) filter (channel = 'no touch'), 0)::double "
        "/ sum(credited_pipeline_amount)",
        CREDITS,
    ),
    # touches and people
    "touches": _by_year("touch_date", "count(*)", TOUCHES, _REAL),
    "touched_people": _by_year("touch_date", "count(distinct person_id)", TOUCHES, _REAL),
    "touched_accounts": _by_year("touch_date", "count(distinct account_id)", TOUCHES, _REAL),
    "known_touch_share": _share("touch_date", "person_id is not null", _REAL, TOUCHES),
    "unmapped_channel_share": _share("touch_date", "channel = 'Unassigned'", _REAL, TOUCHES),
    "new_people": _by_year("created_date", "count(*)", PEOPLE),
    "account_match_rate": _share("created_date", "account_id is not null", "true", PEOPLE),
    # spend and return
    "spend_amount": _by_year(MONTH, "sum(cost_amount)", CAMPAIGNS),
    "ad_spend_amount": _by_year(MONTH, "sum(ad_spend_amount)", CAMPAIGNS),
    "responses": _by_year(
        "touch_date", "count(*)", TOUCHES, "touch_kind in ('campaign_response', 'form')"
    ),
    "cost_per_mql": _per("cost_amount", "period_mql_count", CAMPAIGNS),
    "cost_per_sal": _per("cost_amount", "period_sal_count", CAMPAIGNS),
    "cost_per_sql": _per("cost_amount", "period_sql_count", CAMPAIGNS),
    "cost_per_opportunity": _per("cost_amount", "period_sourced_deal_count", CAMPAIGNS),
    "cost_per_win": _per("cost_amount", "period_sourced_win_count", CAMPAIGNS),
    "attributed_revenue_amount_by_touch": _by_year(
        "touch_date", "sum(credited_revenue_amount)", CREDITS, "touch_id is not null"
    ),
    "pipeline_per_spend": _per(
        _PAID.format("cohort_credited_pipeline_amount"), "cost_amount", CHANNELS
    ),
    "campaign_roi": _by_year(
        MONTH,
        f"(sum({_PAID.format('cohort_credited_revenue_amount')})::double - sum(cost_amount)) "
        "/ nullif(sum(cost_amount), 0)",
        CHANNELS,
    ),
    "return_on_ad_spend": _by_year(
        MONTH,
        "sum(cohort_credited_revenue_amount) filter (channel in ('Paid Search', 'Paid Social'))"
        "::double / nullif(sum(ad_spend_amount), 0)",
        CHANNELS,
    ),
    "return_on_spend": _per(
        _PAID.format("period_credited_revenue_amount"), "cost_amount", CHANNELS
    ),
}  # fmt: skip

# Metrics that are never a whole: by year and the members of their one dimension.
ORACLES_BY_MEMBER = {
    "attributed_pipeline_amount_by_model": _by_model("pipeline", "created_date"),
    "attributed_revenue_amount_by_model": _by_model("revenue", "closed_date"),
    "marketing_influenced_pipeline_amount_by_channel": _answered(
        "pipeline", "created_date", "channel", "answers.channel"
    ),
    "marketing_influenced_revenue_amount_by_channel": _answered(
        "revenue", "closed_date", "channel", "answers.channel"
    ),
    "marketing_influenced_pipeline_amount_by_campaign": _answered(
        "pipeline", "created_date", "campaign_id", "campaign_name"
    ),
    "marketing_influenced_revenue_amount_by_campaign": _answered(
        "revenue", "closed_date", "campaign_id", "campaign_name"
    ),
}
