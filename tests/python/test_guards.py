"""Guards: green on the sample, each turned red by its own planted fault, and never by clean data.

Faults are planted in a small warehouse that holds copies of the tables a guard speaks of.
"""

import datetime
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from touchstone.checks.checking import Asked, Finding, Scope, check, questions
from touchstone.checks.definitions import EVERY_TABLE, GUARDS_FILE, Guard, read_guards
from touchstone.checks.report import as_json, as_markdown, as_text
from touchstone.checks.results import TABLE, keep
from touchstone.cli import main
from touchstone.errors import UserError
from touchstone.project import WAREHOUSE_VARIABLE, project_directory, warehouse_path

PROJECT = project_directory()
WAREHOUSE = warehouse_path(PROJECT)
TODAY = datetime.date(2026, 6, 1)
GUARDS = read_guards(PROJECT, TODAY)
MARTS = {path.name for path in (PROJECT / "models" / "marts").iterdir()}
ADDRESS = "ada@lovelace.example"


class Answer(NamedTuple):
    """What a question of a guard is answered with."""

    seen_count: int
    wrong_count: int
    is_held: bool


# A guard of every table is tried on one that its rule has something to ask of.
TRIED_ON = {
    "needed_sources_are_delivered": "crm.opportunities",
    "needed_columns_are_delivered": "crm.accounts",
    "values_are_readable": "crm.leads",
    "most_values_are_readable": "crm.leads",
    "required_values_are_given": "crm.leads",
    "most_required_values_are_given": "crm.leads",
    "a_key_names_one_row": "crm.accounts",
    "rates_are_between_0_and_1": "funnel.velocity_by_month",
    "counts_are_not_negative": "core.people",
    "periods_start_on_their_first_day": "funnel.velocity_by_month",
    "no_address_is_published": "core.accounts",
}

# What each rule cannot bear: statements on the table, {table}, and the guard's own parameters.
RULE_FAULTS: dict[str, Sequence[str]] = {
    "delivered": ["delete from {table}"],
    "columns": ["alter table {table} drop column id"],
    "types": ["update {table} set created_date = 'the day before yesterday'"],
    "required": ["update {table} set created_date = ''"],
    "keys": [
        "insert into {table} select * from {table}",
        "update {table} set name = name || rowid",
    ],
    "fresh": ["delete from {table} where try_cast({column} as date) >= date '2025-06-01'"],
    "daily": [
        "update {table} set {column} = strftime(date '2025-12-31' - cast(rowid % 100 as integer), "
        "'%Y-%m-%d 12:00:00')",
        "delete from {table} where {column} like '2025-12-20%'",
    ],
    "volume": [
        "insert into {table} select copies.* from {table} as copies, range(200) where "
        "try_cast({column} as date) >= (select max(try_cast({column} as date)) from {table}) - 27"
    ],
    "past": ["update {table} set {column} = '2099-01-01'"],
    "one_of": ["update {table} set {column} = 'unheard of'"],
    "between": ["update {table} set {column} = -7"],
    "per_cent": ["update {table} set {column} = cast({column} as double) / 100"],
    "filled": ["update {table} set {column} = null"],
    "refers": ["update {table} set {column} = 'gone'"],
    "usual_size": [
        "update {table} set {column} = 1e13 where id = (select max(id) from {table} "
        "where try_cast({column} as double) > 0)"
    ],
    "no_gap": ["delete from {table} where month(try_cast({start} as date)) = 7"],
    "has_rows": ["delete from {table}"],
    "counts": ["update {table} set lead_count = -1"],
    "periods": ["update {table} set month_start_date = month_start_date + interval 1 day"],
    "drift": [
        "insert into {table} select copies.* from {table} as copies, range(50) "
        "where cast({month} as date) = date '2025-12-01'"
    ],
}

# What breaks one guard: of a rule that holds a condition of its own, or where a fault has a name.
FAULTS: dict[str, Sequence[str]] = {
    "rates_are_between_0_and_1": ["update {table} set win_rate = 1.01"],
    "credit_shares_are_between_0_and_1": ["update {table} set credited_deal_share = 1.5"],
    "no_address_is_published": [f"update {{table}} set account_name = 'of {ADDRESS}'"],
    "no_address_is_published_with_credit": [f"update {{table}} set channel = '{ADDRESS}'"],
    "addresses_look_like_addresses": ["update {table} set email = 'none'"],
    "converted_leads_say_when": ["update {table} set is_converted = 'true', converted_date = ''"],
    "conversion_follows_creation": ["update {table} set converted_date = '2001-01-01'"],
    "won_deals_are_closed_at_the_source": ["update {table} set is_won = 'true', is_closed = 'no'"],
    "closed_deals_close_after_they_open": ["update {table} set close_date = '2001-01-01'"],
    "campaigns_end_after_they_start": ["update {table} set end_date = '2001-01-01'"],
    "invoices_end_after_they_start": ["update {table} set service_end_date = '2001-01-01'"],
    "responses_name_a_person": ["update {table} set lead_id = null, contact_id = ''"],
    "responses_say_when": ["update {table} set first_responded_date = '', created_date = ''"],
    "activities_are_about_somebody": [
        "update {table} set who_id = '', what_id = '', account_id = ''"
    ],
    "meetings_are_with_somebody": ["update {table} set who_id = '', what_id = '', account_id = ''"],
    "identifications_say_who": ["update {table} set user_id = '', email = ''"],
    "page_views_are_received_after_they_happen": [
        "update {table} set received_at = '2001-01-01 00:00:00'"
    ],
    "rates_end_after_they_start": ["update {table} set next_start_date = start_date"],
    "google_clicks_are_of_impressions": ["update {table} set impressions = 0"],
    "linkedin_clicks_are_of_impressions": ["update {table} set impressions = 0"],
    "meta_clicks_are_of_impressions": ["update {table} set impressions = 0"],
    "google_clicks_cost_a_possible_sum": ["update {table} set cost_micros = clicks"],
    "linkedin_clicks_cost_a_possible_sum": [
        "update {table} set cost_in_local_currency = '99999999'"
    ],
    "meta_clicks_cost_a_possible_sum": ["update {table} set spend = '99999999'"],
    "plans_are_by_month": ["update {table} set month = '2025-01-15' where month = '2025-01-01'"],
    "signals_name_a_company": ["update {table} set account_id = '', domain = ''"],
    "somebody_works_here": ["update {table} set is_active = 'false'"],
    "deals_have_a_rate": ["update {table} set amount_problem = 'no conversion rate'"],
    "won_deals_are_closed": ["update {table} set closed_date = null where is_won"],
    "a_deal_is_open_won_or_lost": ["update {table} set is_lost = true where is_won"],
    "deal_amounts_are_their_minor_units": [
        "update {table} set deal_amount = deal_amount + 0.01 where opportunity_id = "
        "(select min(opportunity_id) from {table} where deal_amount > 0)"
    ],
    "most_deals_have_a_usable_amount": ["update {table} set amount_problem = 'amount missing'"],
    "few_deals_close_before_they_open": ["update {table} set is_closed_before_created = true"],
    "open_deals_are_kept_up": ["update {table} set is_close_date_overdue = true"],
    "touches_have_a_channel": ["update {table} set channel = 'Unassigned' where is_known"],
    "activities_are_done_by_people": ["update {table} set is_human_activity = false"],
    "known_touches_have_an_account": ["update {table} set account_id = null"],
    "people_have_an_account": ["update {table} set match_method = 'unmatched'"],
    "people_have_a_source": ["update {table} set original_lead_source = null"],
    "parents_do_not_go_round": ["update {table} set is_in_parent_cycle = true"],
    "campaign_parents_do_not_go_round": ["update {table} set is_in_parent_cycle = true"],
    "most_costs_are_counted": ["update {table} set parked_cost_count = 1"],
    "stages_follow_each_other": ["update {table} set sql_at = timestamp '2001-01-01 00:00:00'"],
    "stages_are_nested": ["update {table} set mql_at = null"],
    "rejected_leads_say_why": ["update {table} set rejection_reason = 'unspecified'"],
    "funnel_rows_convert_what_entered": [
        "update {table} set converted_count = entered_count + 1 where basis = 'cohort'"
    ],
    "mqls_are_worked_expired_or_waiting": ["update {table} set mql_count = mql_count + 1"],
    "late_work_is_of_expired_mqls": ["update {table} set worked_late_count = expired_count + 1"],
    "wins_are_of_closed_deals": ["update {table} set won_count = closed_count + 1"],
    "win_rates_are_wins_over_closed": ["update {table} set win_rate = 0.99"],
    "rejections_are_counted": ["update {table} set cycle_count = 0"],
    "days_to_close_are_possible": ["update {table} set created_date = won_date + 1"],
    "early_wins_are_flagged": [
        "update {table} set is_won_before_first_seen = not is_won_before_first_seen"
    ],
    "campaign_responses_are_touches": ["update {table} set response_count = touch_count + 1"],
    "channel_responses_are_touches": ["update {table} set response_count = touch_count + 1"],
    "campaign_results_cost_nothing_or_more": ["update {table} set cost_amount = -1"],
    "channel_results_cost_nothing_or_more": ["update {table} set ad_spend_amount = -1"],
    "open_deals_earn_no_revenue": ["update {table} set credited_revenue_amount = 1"],
    "every_deal_is_in_one_sourced_class": ["update {table} set sourced_class = null"],
    "most_won_deals_have_touches": ["update {table} set first_touch_id = null"],
    "agreed_weights_are_shares": ["update {table} set first_touch_share = 0.123"],
    "the_crm_is_reconciled": [
        "update {table} set deal_amount = 0.01 where line_item = 'difference'"
    ],
    "spend_is_reconciled": ["update {table} set cost_amount = 0.01 where line_item = 'difference'"],
    "every_source_row_is_accounted_for": ["update {table} set used_count = used_count - 1"],
    "costs_are_of_one_statement": [
        "update {table} set outcome_reason = 'another row of one delivery' where source_table = "
        "'ad_days' and row_outcome = 'superseded'"
    ],
    "quarantine_is_small": ["update {table} set quarantined_count = received_count"],
    "quarantined_rows_say_why": ["update {table} set row_problem = null"],
    "credit_of_pipeline_is_the_amount": [
        "update {table} set credited_pipeline_amount = credited_pipeline_amount + 0.01"
    ],
    "credit_of_revenue_is_the_amount": [
        "update {table} set credited_revenue_amount = credited_revenue_amount - 0.01"
    ],
    "credited_deals_are_whole": ["update {table} set credited_deal_share = 0"],
    "models_share_the_same_total": ["update {table} set credited_amount = credited_amount + 0.01"],
    "origins_are_all_deals": ["insert into {table} select * from {table}"],
    "rejections_are_those_of_the_cycles": ["update {table} set cycle_count = cycle_count + 1"],
    **{
        guard: [
            f"update {{table}} set {column} = {column} + 0.01 where rowid = "
            f"(select max(rowid) from {{table}} where {column} > 0)"
        ]
        for guard, column in (
            ("amounts_of_origins_are_those_of_deals", "opportunity_amount"),
            ("credit_by_touch_and_by_month_is_the_same", "credited_amount"),
            ("channels_cost_what_campaigns_cost", "cost_amount"),
            ("campaigns_earn_what_channels_earn", "period_credited_revenue_amount"),
        )
    },
    "open_pipeline_is_that_of_the_open_deals": [
        "update {table} set pipeline_amount = pipeline_amount + 0.01 where opportunity_id = "
        "(select max(opportunity_id) from {table} where as_of_date = "
        "(select max(as_of_date) from {table}))"
    ],
}


def table_of(guard: Guard) -> str:
    return TRIED_ON[guard.name] if guard.table_name == EVERY_TABLE else guard.table_name


def faults_of(guard: Guard) -> Sequence[str]:
    planted = FAULTS.get(guard.name) or RULE_FAULTS.get(guard.rule)
    assert planted, f"no fault is planted for the guard {guard.name}: write one into FAULTS"
    return planted


def address(label: str) -> str:
    system, name = label.split(".")
    return label if system in MARTS else f"raw.{system}__{name}"


def guard_edge(label: str) -> str:
    return (
        "out"
        if label.split(".")[0] in ("core", "funnel", "attribution", "campaigns", "quality")
        else "in"
    )


def tables_needed(guard: Guard) -> list[str]:
    """The tables a guard reads: its own, and those it is compared with."""
    said = guard.parameters.get("to", "")
    other = said if guard.rule == "adds_up" else said.rpartition(".")[0]
    return [address(label) for label in (table_of(guard), other) if label]


@pytest.fixture(scope="module")
def sample() -> list[Finding]:
    return run(WAREHOUSE)


def run(warehouse: Path, scope: Scope | None = None) -> list[Finding]:
    return check(PROJECT, warehouse, scope=scope or Scope(), variables={}, today=TODAY)


def small_warehouse(path: Path, tables: Sequence[str]) -> Path:
    """Copy tables of the sample, the definitions and the days of data into a small warehouse."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"attach '{WAREHOUSE}' as built (read_only)")
        definitions = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where database_name = 'built' and schema_name = 'definitions'"
        ).fetchall()
        names = [name for (name,) in definitions] + ["intermediate.int_days_of_data"]
        connection.execute("create schema raw")
        for name in dict.fromkeys([*names, *tables]):
            connection.execute(f"create schema if not exists {name.split('.')[0]}")
            connection.execute(f"create table {name} as from built.{name}")
    return path


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_warehouse(tmp_path_factory.mktemp("bare") / "bare.duckdb", [])


def copy_tables(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    connection.execute(f"attach '{WAREHOUSE}' as built (read_only)")
    for name in dict.fromkeys(names):
        connection.execute(f"create schema if not exists {name.split('.')[0]}")
        connection.execute(f"create table if not exists {name} as from built.{name}")


def planted(bare: Path, folder: Path, guard: Guard, faults: Sequence[str]) -> Path:
    """Return a warehouse of the tables a guard reads, with faults in its own."""
    path = folder / "planted.duckdb"
    shutil.copy(bare, path)
    table = address(table_of(guard))
    with duckdb.connect(str(path)) as connection:
        copy_tables(connection, tables_needed(guard))
        for fault in faults:
            connection.execute(fault.format(table=table, **guard.parameters))
    return path


def test_the_sample_raises_no_alarm(sample: list[Finding]) -> None:
    assert len(sample) > len(GUARDS)
    assert [finding for finding in sample if finding.outcome != "held"] == []


def test_every_guard_is_asked_and_sees_rows(sample: list[Finding]) -> None:
    assert {finding.guard.name for finding in sample} == {guard.name for guard in GUARDS}
    assert [finding.guard.name for finding in sample if not finding.seen_count] == []


def test_every_source_table_and_every_mart_is_guarded(sample: list[Finding]) -> None:
    seeds = {path.stem.replace("__", ".") for path in (PROJECT / "seeds/raw").glob("*/*.csv")}
    marts = {
        f"{path.parent.name}.{path.stem}" for path in (PROJECT / "models/marts").glob("*/*.sql")
    }
    # nothing can be said of it beyond its contract and key, which dbt tests
    assert seeds | marts - {finding.table for finding in sample} <= {
        *{finding.table for finding in sample},
        "quality.remembered_numbers",
    }


def asked_of(connection: duckdb.DuckDBPyConnection) -> list[Asked]:
    return questions(PROJECT, connection, scope=Scope(), variables={}, today=TODAY)


def answer(connection: duckdb.DuckDBPyConnection, item: Asked) -> Answer:
    """Ask in SQL what Great Expectations is given to ask."""
    assert item.question, item.reason
    row = connection.execute(item.question.sql).fetchone()
    assert row
    seen, wrong, is_held = row[:3]
    return Answer(int(seen or 0), int(wrong or 0), bool(is_held))


def test_great_expectations_says_what_the_question_says_in_sql(sample: list[Finding]) -> None:
    with duckdb.connect(str(WAREHOUSE), read_only=True) as connection:
        found = {
            (item.guard.name, item.table): answer(connection, item) for item in asked_of(connection)
        }
    assert found == {
        (one.guard.name, one.table): Answer(one.seen_count, one.row_count, one.outcome == "held")
        for one in sample
    }


@dataclass
class Guarded:
    """A warehouse with a copy of every table that a guard reads, and what is asked of it."""

    connection: duckdb.DuckDBPyConnection
    asked: list[Asked]

    def one(self, guard: Guard) -> Asked:
        (found,) = (
            item
            for item in self.asked
            if (item.guard.name, item.table) == (guard.name, table_of(guard))
        )
        return found

    def after(self, guard: Guard, faults: Sequence[str]) -> Answer:
        """Return what a guard says of its table with faults in it, which are undone again."""
        self.connection.execute("begin")
        try:
            for fault in faults:
                statement = fault.format(table=address(table_of(guard)), **guard.parameters)
                self.connection.execute(statement)
            # what is asked depends on the columns there are, and on no row
            is_other = any("alter table" in fault for fault in faults)
            now = Guarded(self.connection, asked_of(self.connection)) if is_other else self
            return answer(self.connection, now.one(guard))
        finally:
            self.connection.execute("rollback")


@pytest.fixture(scope="module")
def guarded(bare: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    path = tmp_path_factory.mktemp("guarded") / "planted.duckdb"
    shutil.copy(bare, path)
    with duckdb.connect(str(path)) as connection:
        copy_tables(connection, [name for guard in GUARDS for name in tables_needed(guard)])
    with duckdb.connect(str(path)) as connection:
        yield Guarded(connection, asked_of(connection))


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_each_guard_turns_red_by_its_fault_and_only_by_it(guard: Guard, guarded: Guarded) -> None:
    assert guarded.after(guard, []).is_held
    found = guarded.after(guard, faults_of(guard))
    assert not found.is_held, found


@pytest.mark.nightly
@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_great_expectations_turns_each_guard_red(guard: Guard, bare: Path, tmp_path: Path) -> None:
    assert_red(guard, bare, tmp_path)


@pytest.mark.parametrize("severity", ["stop", "warn"])
@pytest.mark.parametrize("edge", ["in", "out"])
def test_great_expectations_turns_a_guard_red(
    severity: str, edge: str, bare: Path, tmp_path: Path
) -> None:
    """Of each edge and severity one; every guard is asked in SQL, and every night in this way."""
    alike = [guard for guard in GUARDS if (guard.severity, guard.edge) == (severity, edge)]
    assert_red(alike[-1], bare, tmp_path)


def assert_red(guard: Guard, bare: Path, folder: Path) -> None:
    scope = Scope(table=table_of(guard), guard=guard.name)
    (found,) = run(planted(bare, folder, guard, faults_of(guard)), scope)
    assert found.outcome == "failed", found
    assert found.stops == (guard.severity == "stop")
    assert found.warns == (guard.severity == "warn")


def test_a_month_without_rows_is_far_from_usual(bare: Path, tmp_path: Path) -> None:
    guard = guard_named("deals_stay_near_usual")
    gone = "delete from {table} where created_date >= date '2025-12-01'"
    (found,) = run(planted(bare, tmp_path, guard, [gone]), Scope(guard=guard.name))
    assert found.outcome == "failed"


def test_a_column_that_is_not_delivered_is_one_without_values(bare: Path, tmp_path: Path) -> None:
    guard = guard_named("contacts_have_accounts")
    gone = "alter table {table} drop column account_id"
    (found,) = run(planted(bare, tmp_path, guard, [gone]), Scope(guard=guard.name))
    assert found.outcome == "failed"
    assert "account_id is not delivered" in as_text([found])


def test_no_fault_is_planted_for_a_guard_that_is_no_more() -> None:
    assert set(FAULTS) <= {guard.name for guard in GUARDS}
    assert set(TRIED_ON) == {guard.name for guard in GUARDS if guard.table_name == EVERY_TABLE}


def guard_named(name: str) -> Guard:
    return next(guard for guard in GUARDS if guard.name == name)


def test_an_empty_table_is_reported(bare: Path, tmp_path: Path) -> None:
    guard = guard_named("touches_have_a_channel")
    warehouse = planted(bare, tmp_path, guard, ["delete from {table}"])
    (found,) = run(warehouse, Scope(guard=guard.name))
    assert found.outcome == "empty"
    assert "without rows to guard: core.touches" in as_text([found])


def test_a_table_that_nobody_delivers_is_named_and_stops_nothing(bare: Path) -> None:
    found = run(bare, Scope(table="web.page_views"))
    assert {finding.outcome for finding in found} == {"absent"}
    assert "not in this warehouse: web.page_views" in as_text(found)


def test_a_table_without_which_no_report_has_a_row_stops_when_it_is_absent(bare: Path) -> None:
    found = run(bare, Scope(table="crm.opportunities"))
    assert [finding.guard.name for finding in found if finding.stops] == [
        "needed_sources_are_delivered"
    ]


def test_a_guard_that_cannot_run_is_a_failure(bare: Path, tmp_path: Path) -> None:
    guard = guard_named("won_deals_are_closed")
    faults = ["alter table {table} drop column closed_date"]
    (found,) = run(planted(bare, tmp_path, guard, faults), Scope(guard=guard.name))
    assert found.outcome == "broken"
    assert found.stops
    assert "closed_date" in found.observed


def test_what_guards_call_unreadable_is_what_the_door_sets_aside(sample: list[Finding]) -> None:
    with duckdb.connect(str(WAREHOUSE), read_only=True) as connection:
        set_aside = dict(
            connection.execute(
                "select source_system || '.' || source_table, quarantined_count "
                "from quality.source_rows"
            ).fetchall()
        )
    counted: dict[str, int] = {}
    asked = {
        "values_are_readable",
        "required_values_are_given",
        "page_views_are_received_after_they_happen",
    }
    for finding in sample:
        if finding.guard.name in asked:
            counted[finding.table] = counted.get(finding.table, 0) + finding.row_count
    assert counted == set_aside
    assert sum(counted.values()) > 0


def test_an_address_in_a_key_is_in_no_report(bare: Path, tmp_path: Path) -> None:
    guard = guard_named("values_are_readable")
    faults = [f"update {{table}} set created_date = 'never', id = '{ADDRESS}' || rowid"]
    findings = run(planted(bare, tmp_path, guard, faults), Scope(guard=guard.name))
    failed = [finding for finding in findings if finding.outcome == "failed"]
    assert failed
    for report in (as_text(findings), as_markdown(findings), as_json(findings)):
        assert "lovelace" not in report
        assert "a key that holds an address" in report


def test_a_failure_says_what_it_guards_where_and_what_to_do(bare: Path, tmp_path: Path) -> None:
    guard = guard_named("won_deals_are_closed")
    findings = run(planted(bare, tmp_path, guard, faults_of(guard)), Scope(guard=guard.name))
    keys = findings[0].sample_keys.split(", ")
    with duckdb.connect(str(WAREHOUSE), read_only=True) as connection:
        won = connection.execute("select count(*) from core.opportunities where is_won").fetchone()
    assert won is not None
    assert findings[0].row_count == won[0] > 0
    assert len(keys) == 5
    text = as_text(findings)
    for said in (guard.statement, guard.definition, guard.reason, keys[0], "next: "):
        assert said in text
    machine = json.loads(as_json(findings))
    assert machine["stops"] == 1
    assert machine["findings"][0]["sample_keys"] == findings[0].sample_keys


def test_what_stops_comes_before_what_warns(bare: Path, tmp_path: Path) -> None:
    guard = guard_named("open_deals_are_kept_up")
    faults = [*faults_of(guard), *faults_of(guard_named("won_deals_are_closed"))]
    findings = run(planted(bare, tmp_path, guard, faults), Scope(table="core.opportunities"))
    order = [(finding.stops, finding.warns) for finding in findings]
    assert order == sorted(order, reverse=True)
    assert order[0] == (True, False)
    assert order[1] == (False, True)


def test_findings_are_rows_of_the_warehouse(bare: Path, tmp_path: Path) -> None:
    guard = guard_named("won_deals_are_closed")
    warehouse = planted(bare, tmp_path, guard, faults_of(guard))
    findings = run(warehouse, Scope(guard=guard.name))
    for hour in (1, 2):
        keep(warehouse, findings, datetime.datetime(2026, 6, 1, hour, tzinfo=datetime.UTC))
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            f"select checked_at, guard, outcome, row_count, definition_version from {TABLE}"
        ).fetchall()
    count = findings[0].row_count
    assert rows == [
        (datetime.datetime(2026, 6, 1, hour), guard.name, "failed", count, 1) for hour in (1, 2)
    ]


def pages(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.html")
    }


def test_pages_stand_alone_and_hold_every_finding(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard = guard_named("values_are_readable")
    faults = [f"update {{table}} set created_date = 'never', id = '{ADDRESS}' || rowid"]
    warehouse, folder = planted(bare, tmp_path, guard, faults), tmp_path / "pages"
    for _again in range(2):
        words = ["--table", "crm.leads", "--no-keep", "--docs", str(folder)]
        assert called(warehouse, monkeypatch, *words) == 1
    written = pages(folder)
    # the front page, and of Data Docs a front page, the result and the suite
    assert len(written) == 4
    asked = [item for item in GUARDS if item.edge == "in" and item.covers("crm.leads")]
    front = written.pop("index.html")
    for item in asked:
        assert item.rule == "delivered" or item.statement in front
    for name, text in [("index.html", front), *written.items()]:
        assert "<style>" in text, name
        assert "lovelace" not in text, name
        assert not re.search(r"<(script|link|img)\b", text), name
    (link,) = re.findall(r'href="([^"]+)">Data Docs', front)
    assert guard.name in written[link]


def test_pages_are_not_mixed_with_other_files(
    bare: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    assert called(bare, monkeypatch, "--docs", str(tmp_path)) == 2
    assert "name a new folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_questions_are_asked_read_only_in_bounded_memory(bare: Path) -> None:
    from touchstone.checks.expectations import ExpectGuardToHold, run_checkpoint

    settings = "upper(current_setting('access_mode')) || ', ' || current_setting('memory_limit')"
    question = ExpectGuardToHold(question=f"select 1, 0, true, {settings}, null", limit="none")
    (result,) = run_checkpoint(bare, {"settings": [question]})
    assert result.result["observed_value"] == "READ_ONLY, 1.8 GiB"
    # and nothing keeps the file: another way of opening it would fail
    duckdb.connect(str(bare)).close()


def test_a_warehouse_that_is_open_elsewhere_is_checked_and_the_findings_are_not_kept(
    bare: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    guard = guard_named("won_deals_are_closed")
    warehouse = planted(bare, tmp_path, guard, [])
    holder = [sys.executable, "-c", _HOLD, str(warehouse)]
    with subprocess.Popen(holder, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"open\n"
        assert called(warehouse, monkeypatch, "--guard", guard.name) == 0
        process.communicate(b"done")
    assert f"not added to {TABLE}" in capsys.readouterr().err


_HOLD = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], read_only=True)
print("open", flush=True)
sys.stdin.read()
"""


def called(warehouse: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setenv(WAREHOUSE_VARIABLE, str(warehouse))
    return main(["check", *words])


def test_the_command_ends_with_1_when_a_guard_stops_and_0_when_one_warns(
    bare: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, code in (("won_deals_are_closed", 1), ("open_deals_are_kept_up", 0)):
        guard = guard_named(name)
        warehouse = planted(bare, tmp_path, guard, faults_of(guard))
        assert called(warehouse, monkeypatch, "--guard", name) == code
        assert guard.statement in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--table", "crm.lead"], "did you mean crm.leads"),
        (["--guard", "won_deals"], "did you mean"),
        (["--as-of", "yesterday"], "write YYYY-MM-DD or today"),
        (["--vars", "loaded"], "--vars"),
    ],
)
def test_a_mistake_in_the_call_is_said_and_ends_with_2(
    words: list[str],
    said: str,
    bare: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert called(bare, monkeypatch, *words) == 2
    assert said in capsys.readouterr().err


def test_without_a_warehouse_the_command_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called(tmp_path / "none.duckdb", monkeypatch) == 2
    assert "build it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (",holds,", ",hold,", "'hold' is no rule"),
        (",stop,", ",halt,", "'halt' is no severity"),
        ("condition=", "rule=", "do not fit"),
        (",1,CRO and CFO,", ",one,CRO and CFO,", "version is a whole number"),
    ],
)
def test_a_guard_that_is_written_wrong_is_said_with_its_line(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    lines = (PROJECT / GUARDS_FILE).read_text(encoding="utf-8").splitlines()
    line = next(line for line in lines if line.startswith("won_deals_are_closed,"))
    assert old in line
    path = tmp_path / GUARDS_FILE
    path.parent.mkdir(parents=True)
    path.write_text("\n".join([lines[0], line.replace(old, new)]), encoding="utf-8")
    with pytest.raises(UserError, match=rf"line 2: .*{said}"):
        read_guards(tmp_path, TODAY)


def test_a_new_version_of_a_guard_holds_from_its_day(tmp_path: Path) -> None:
    lines = (PROJECT / GUARDS_FILE).read_text(encoding="utf-8").splitlines()
    line = next(line for line in lines if line.startswith("quarantine_is_small,"))
    newer = line.replace(",1,head", ",2,head").replace("2026-01-01", "2026-06-01")
    path = tmp_path / GUARDS_FILE
    path.parent.mkdir(parents=True)
    path.write_text("\n".join([lines[0], line, newer]), encoding="utf-8")
    (before,) = read_guards(tmp_path, datetime.date(2026, 5, 31))
    (after,) = read_guards(tmp_path, datetime.date(2026, 6, 1))
    assert (before.version, after.version) == (1, 2)
