"""A day's cost: the company as it was known the evening before, built; then as it is, built again.

The files are cut by when a row reached its source. The last day brings new rows in every table
that grows, rows of the week before that arrive late, deals that changed stage or closed, leads
that were converted or whose status or source was overwritten, and restated cost of ads.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from touchstone.bench.company import files_of

# When a row of a table reaches us; tables without such a column are whole on both days.
ARRIVAL = {
    "web.page_views": "received_at",
    "web.identifies": "received_at",
    "crm.campaign_members": "created_date",
    "crm.contacts": "created_date",
    "crm.events": "created_date",
    "crm.lead_changes": "created_date",
    "crm.leads": "created_date",
    "crm.opportunities": "created_date",
    "crm.opportunity_changes": "created_date",
    "crm.opportunity_contact_roles": "created_date",
    "crm.opportunity_line_items": "created_date",
    "crm.tasks": "created_date",
    "google_ads.campaign_days": "date",
    "linkedin_ads.campaign_days": "day",
    "facebook_ads.ad_days": "date",
    "intent.account_signals": "signal_date",
}
LATE = ("web.page_views", "crm.tasks", "crm.campaign_members")  # some rows arrive within a week
LATE_DAYS, LATE_ONE_IN = 7, 50


def last_day(folder: Path) -> date:
    """Return the newest day that is a usual one: with at least half the page views of an average.

    The very last days are cut, and a few rows bear the dates of a later clock.
    """
    with duckdb.connect() as connection:
        [(newest,)] = connection.execute(
            "select max(day) from (select cast(received_at as date) as day, count(*) as views "
            f"from '{folder}/web/web__page_views.parquet' group by 1 "
            "qualify 2 * views >= avg(views) over ())"
        ).fetchall()
    found: date = newest
    return found


def states(project: Path, folder: Path, day: date) -> tuple[dict[str, str], dict[str, str]]:
    """Return per raw table the query that reads it the evening before a day, and on its evening."""
    before, after = {}, {}
    morning, evening = f"date '{day}'", f"date '{day + timedelta(days=1)}'"
    for label, path in files_of(project, folder).items():
        rows = f"read_parquet('{path}')"
        arrival = ARRIVAL.get(label)
        before[label] = after[label] = f"select * from {rows}"
        if arrival:
            after[label] = (
                f"{_as_known(label, rows, folder, evening)} "
                f"where {arrival} < {evening} or {arrival} is null"
            )
            known = _as_known(label, rows, folder, morning)
            if label == "google_ads.campaign_days":
                known = _restated(rows, morning)
            before[label] = f"{known} where ({arrival} < {morning}"
            if label in LATE:
                week = f"date '{day - timedelta(days=LATE_DAYS)}'"
                before[label] += f" and ({arrival} < {week} or hash(id) % {LATE_ONE_IN} <> 0)"
            before[label] += f") or {arrival} is null"
    return before, after


def _as_known(label: str, rows: str, folder: Path, midnight: str) -> str:
    """Return the rows of a table without what changed in them from a midnight on."""
    if label == "crm.leads":
        later = f"converted_date >= {midnight}"
        names = ("account_id", "contact_id", "opportunity_id", "date")
        cleared = ", ".join(
            f"case when {later} then null else converted_{name} end as converted_{name}"
            for name in names
        )
        # what the day's changes overwrote: the original source of a lead is remembered as first
        # seen, so an evening that already knew the new word would be remembered for good
        changes = f"read_parquet('{folder}/crm/crm__lead_changes.parquet')"
        overwritten = (
            "select lead_id, min_by(old_value, created_date) filter (where field = 'Status') "
            "as status_before, min_by(old_value, created_date) filter (where field = 'LeadSource') "
            f"as source_before from {changes} where created_date >= {midnight} group by lead_id"
        )
        return (
            "select leads.* replace (coalesce(overwritten.status_before, leads.status) as status, "
            "coalesce(overwritten.source_before, leads.lead_source) as lead_source, "
            f"is_converted and not coalesce({later}, false) as is_converted, {cleared}) "
            f"from {rows} as leads left join ({overwritten}) as overwritten "
            "on leads.id = overwritten.lead_id"
        )
    if label == "crm.opportunities":
        # moved on the day: the evening before it was open, in the stage of its last change then
        changes = f"read_parquet('{folder}/crm/crm__opportunity_changes.parquet')"
        moved = (
            "select opportunity_id, max_by(stage_name, created_date) filter (where created_date < "
            f"{midnight} and stage_name is not null) as stage_before from {changes} "
            f"group by opportunity_id having max(created_date) >= {midnight}"
        )
        return (
            "select deals.* replace (coalesce(moved.stage_before, deals.stage_name) as stage_name, "
            "deals.is_won and moved.opportunity_id is null as is_won, "
            "deals.is_closed and moved.opportunity_id is null as is_closed) "
            f"from {rows} as deals left join ({moved}) as moved on deals.id = moved.opportunity_id"
        )
    return f"select * from {rows}"


def _restated(rows: str, midnight: str) -> str:
    """Return a platform's days with the cost of the last three as it was first stated."""
    return (
        f"select * replace (case when date >= {midnight} - interval 3 day "
        "then cost_micros * 19 // 20 else cost_micros end as cost_micros) "
        f"from {rows}"
    )


def compare(one: Path, other: Path) -> dict[str, Any]:
    """Return how many public tables there are and which differ between two warehouses."""
    with duckdb.connect() as connection:
        for name, path in (("one", one), ("other", other)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        marts = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where "
            "database_name = 'one' and schema_name in "
            "('core', 'funnel', 'attribution', 'campaigns', 'quality') order by 1"
        ).fetchall()
        different = []
        for (mart,) in marts:
            [(first,), (second,)] = (
                connection.execute(
                    f"select (count(*), bit_xor(hash(t)), sum(hash(t))) from {name}.{mart} as t"
                ).fetchall()[0]
                for name in ("one", "other")
            )
            if first != second:
                different.append(mart)
    return {"marts": len(marts), "different_marts": different}
