"""Planted faults: each must turn a named check of the dbt project red; without one all are green.

The warehouse is the built sample company, copied; the SQL is what dbt compiles. Every fault is
planted in a transaction, what depends on it is built again, the named checks run, and all is rolled
back.
"""

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from compiled_project import (
    PROJECT,
    CompiledProject,
    Node,
    build_model,
    compile_project,
    count_failures,
)
from touchstone.project import warehouse_path


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong in one model, and the checks that have to notice.

    `rows` are statements on the model's table after it is built ({table} is its name); `sql` are
    replacements in the SQL of the model, each of which must be found in it.
    """

    name: str
    model: str
    caught_by: Sequence[str]
    rows: Sequence[str] = ()
    sql: Sequence[tuple[str, str]] = ()


ADDS_UP = (
    "credit_of_every_model_adds_up_to_the_deal",
    "touch_credits_equal_the_deals_of_the_crm",
    "the_crm_reconciles_to_the_cent",
)
MEMORY = "the_samples_numbers_have_not_moved"
STREAM, PLACED, WEIGHED = (
    "int_touches_unioned",
    "int_touches_placed_on_opportunities",
    "int_touches_weighed_by_model",
)
LAST_TOUCH = "touch_id = (select max(touch_id) from {table})"
ONE_DEAL = "opportunity_id = (select max(opportunity_id) from {table})"
ONE_TOUCH = f"{ONE_DEAL} and position = 1"

FAULTS = [
    Fault(
        "a touch is dropped from the stream",
        STREAM,
        rows=[f"delete from {{table}} where {LAST_TOUCH}"],
        caught_by=["every_response_visit_and_activity_is_a_touch", MEMORY],
    ),
    Fault(
        "a touch of the stream is doubled",
        STREAM,
        rows=[f"insert into {{table}} from {{table}} where {LAST_TOUCH}"],
        caught_by=["a_unioned_touch_is_listed_once", MEMORY],
    ),
    Fault(
        "a touch is not placed on its deal",
        PLACED,
        rows=[f"delete from {{table}} where {ONE_TOUCH} and is_before_creation"],
        caught_by=["every_eligible_touch_of_the_account_is_credited"],
    ),
    Fault(
        "a weighed touch is dropped",
        WEIGHED,
        rows=[f"delete from {{table}} where {ONE_TOUCH}"],
        caught_by=["weights_of_every_journey_add_up_to_the_whole", *ADDS_UP],
    ),
    Fault(
        "a weighed touch is doubled",
        WEIGHED,
        rows=[f"insert into {{table}} from {{table}} where {ONE_TOUCH}"],
        caught_by=[
            "a_touch_is_weighed_once_in_a_deal_and_scope",
            "weights_of_every_journey_add_up_to_the_whole",
            *ADDS_UP,
        ],
    ),
    Fault(
        "a cent is lost",
        WEIGHED,
        rows=[
            "update {table} set w_shaped_minor = w_shaped_minor - 1, "
            f"full_path_minor = full_path_minor - 1 where {ONE_TOUCH}"
        ],
        caught_by=ADDS_UP,
    ),
    Fault(
        "a cent moves from one touch to another",
        WEIGHED,
        rows=[
            "update {table} set w_shaped_minor = w_shaped_minor + case position when 1 then 1000 "
            "when touch_count then -1000 else 0 end from (select opportunity_id as deal, "
            "attribution_scope as scope, max(position) as touch_count from {table} group by all) "
            "where deal = opportunity_id and scope = attribution_scope and touch_count > 1"
        ],
        caught_by=[MEMORY],
    ),
    Fault(
        "the lookback is a month shorter",
        "int_opportunities_prepared",
        sql=[("interval '365' day", "interval '335' day")],
        caught_by=["every_journey_starts_one_lookback_before_its_deal", MEMORY],
    ),
    Fault(
        "the window begins a week late",
        PLACED,
        sql=[
            (
                "touches.touch_date >= opportunities.journey_starts_date",
                "touches.touch_date >= opportunities.journey_starts_date + interval '7' day",
            )
        ],
        caught_by=["every_eligible_touch_of_the_account_is_credited", MEMORY],
    ),
    Fault(
        "touches after the creation count as before it",
        PLACED,
        sql=[
            (
                "<= in_window.created_date else in_window.touch_at <= in_window.created_at",
                "<= in_window.created_date + 14 "
                "else in_window.touch_at <= in_window.created_at + interval '14' day",
            )
        ],
        caught_by=["no_touch_earns_outside_its_window", MEMORY],
    ),
    Fault(
        "responses of the day of creation are lost",
        PLACED,
        sql=[("<= in_window.created_date else", "< in_window.created_date else")],
        caught_by=[MEMORY],
    ),
    Fault(
        "touches after the close are credited",
        PLACED,
        sql=[
            ("in_window.touch_date <= in_window.won_date", "in_window.won_date is not null"),
            ("opportunities.won_date)", "opportunities.won_date + 30)"),
        ],
        caught_by=["no_touch_earns_outside_its_window", MEMORY],
    ),
    Fault(
        "the tie-break is dropped",
        PLACED,
        sql=[
            (
                "order by touch_date, touch_at, touch_kind_rank, source_rank, touch_id",
                "order by touch_date, touch_kind_rank desc",
            )
        ],
        caught_by=["touches_stand_in_the_order_of_time"],
    ),
    Fault(
        "a deal is bounded twice",
        "int_opportunities_bounded",
        rows=[f"insert into {{table}} from {{table}} where {ONE_DEAL}"],
        caught_by=["a_deal_is_bounded_once", *ADDS_UP],
    ),
    Fault(
        "an unattributed deal is swallowed",
        "int_opportunities_left_unattributed",
        sql=[("where journeys.opportunity_id is null", "where false")],
        caught_by=ADDS_UP,
    ),
    Fault(
        "a join drops the deals that nobody touched",
        "touch_credits",
        sql=[("left join touches on", "inner join touches on")],
        caught_by=["touch_credits_equal_the_deals_of_the_crm"],
    ),
    Fault(
        "a join fans out: one deal has two amounts",
        "int_opportunities_valued",
        rows=[f"insert into {{table}} from {{table}} where {ONE_DEAL}"],
        caught_by=["a_deal_is_valued_once", "every_deal_of_the_crm_is_prepared"],
    ),
    Fault(
        "an amount is converted at a wrong rate",
        "int_opportunities_valued",
        rows=[
            "update {table} set amount_minor = amount_minor + 2 "
            "where opportunity_id = (select max_by(opportunity_id, amount_minor) from {table})"
        ],
        caught_by=["deal_amounts_equal_an_independent_conversion"],
    ),
    Fault(
        "a page view is in no session",
        "int_page_views_rolled_into_sessions",
        rows=["delete from {table} where session_id = (select max(session_id) from {table})"],
        caught_by=["every_page_view_is_in_one_session"],
    ),
    Fault(
        "a lead cycle is dropped",
        "int_leads_split_into_cycles",
        rows=["delete from {table} where lead_cycle_id = (select max(lead_cycle_id) from {table})"],
        caught_by=["lead_cycles_by_disposition_are_all_lead_cycles", MEMORY],
    ),
    Fault(
        "a campaign is left out of the results",
        "campaign_results_by_month",
        rows=[
            "delete from {table} where campaign_id = "
            "(select max_by(campaign_id, period_credited_revenue_amount) from {table})"
        ],
        caught_by=[
            "campaigns_and_channels_add_up_to_the_same",
            "credits_in_every_mart_are_the_reconciled_ones",
        ],
    ),
    Fault(
        "a deal is kept out of attribution without a reason",
        "int_opportunities_bounded",
        rows=[f"delete from {{table}} where {ONE_DEAL}"],
        caught_by=["every_eligible_touch_of_the_account_is_credited"],
    ),
    Fault(
        "a day of a cost is dropped",
        "int_costs_spread_by_day",
        rows=["delete from {table} where spend_date = (select max(spend_date) from {table})"],
        caught_by=["the_days_of_a_cost_add_up_to_it"],
    ),
    Fault(
        "staging swallows a lead",
        "stg_crm__leads",
        rows=["delete from {table} where lead_id = (select max(lead_id) from {table})"],
        caught_by=["every_raw_row_is_used_or_accounted_for"],
    ),
    Fault(
        "a row in quarantine is forgotten",
        "quarantined_rows",
        rows=["delete from {table} where row_key = (select max(row_key) from {table})"],
        caught_by=["every_quarantined_row_is_listed"],
    ),
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = warehouse_path(PROJECT)
    if not built.exists():
        pytest.skip(f"there is no built warehouse at {built}: make build")
    return Path(shutil.copy(built, tmp_path_factory.mktemp("planted") / built.name))


@pytest.fixture(scope="module")
def project(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    # dbt keeps the file it compiles with open, so that is another copy.
    other = Path(shutil.copy(warehouse, tmp_path_factory.mktemp("compiled") / warehouse.name))
    command = ["compile", "--full-refresh", "--exclude", "resource_type:unit_test"]
    return compile_project(PROJECT, other, [command], {})


@pytest.fixture
def connection(warehouse: Path, project: CompiledProject) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in a transaction that is undone after the test."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("begin")
        yield connection
        connection.execute("rollback")


def test_without_a_fault_every_check_is_green(
    connection: duckdb.DuckDBPyConnection, project: CompiledProject
) -> None:
    tests = [test for test in project.tests() if not test.warns]
    assert len(tests) > 100
    red = [test.name for test in tests if count_failures(connection, test)]
    assert red == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_turns_its_checks_red(
    fault: Fault, connection: duckdb.DuckDBPyConnection, project: CompiledProject
) -> None:
    checks = [_node(project, name) for name in fault.caught_by]
    plant(connection, project, fault, checks)
    green = [check.name for check in checks if not count_failures(connection, check)]
    assert green == [], "these checks did not notice the fault"


def test_a_changed_weight_turns_the_memory_red(
    warehouse: Path,
    tmp_path: Path,
    connection: duckdb.DuckDBPyConnection,
    project: CompiledProject,
) -> None:
    """W-shaped 40/20/30/10 instead of 30/30/30/10: everything adds up, only the numbers moved."""
    other = Path(shutil.copy(warehouse, tmp_path / warehouse.name))
    with duckdb.connect(str(other)) as changing:
        for milestone, weight in (("first_touch", "0.4"), ("lead_creation", "0.2")):
            changed = changing.execute(
                "update definitions.attribution_weights set weight = ? "
                "where attribution_model = 'w_shaped' and milestone = ?",
                [weight, milestone],
            ).fetchone()
            assert changed == (1,)
    command = ["compile", "--select", "intermediate.attribution", "marts.attribution"]
    changed_project = compile_project(PROJECT, other, [command], {})
    for node in changed_project.models():
        build_model(connection, node)
    build_model(connection, _node(project, "remembered_numbers"))
    for name in ADDS_UP:
        assert count_failures(connection, _node(project, name)) == 0
    assert count_failures(connection, _node(project, MEMORY)) > 0


def plant(
    connection: duckdb.DuckDBPyConnection,
    project: CompiledProject,
    fault: Fault,
    checks: Sequence[Node],
) -> None:
    """Plant the fault and build again what lies between it and the checks."""
    model = _node(project, fault.model)
    changed = _in_one_line(model.sql)
    for old, new in fault.sql:
        assert old in changed, f"{fault.model} has no {old!r} any more: plant the fault elsewhere"
        changed = changed.replace(old, new)
    if fault.sql:
        build_model(connection, model, changed)
    for statement in fault.rows:
        connection.execute(statement.format(table=model.relation))
    needed = project.upstream(checks)
    for node in project.downstream([fault.model]):
        if node.kind == "model" and node.unique_id in needed:
            build_model(connection, node)


def _in_one_line(sql: str) -> str:
    """The same SQL whatever its line breaks, so that a fault is found after a reformatting."""
    return " ".join(re.sub(r"--[^\n]*", "", sql).split())


def _node(project: CompiledProject, name: str) -> Node:
    assert name in project.by_name, f"there is no {name} in the project any more"
    return project.by_name[name]
