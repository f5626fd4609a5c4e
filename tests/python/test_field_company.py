"""One small company with what companies of the field have: loaded once, built once, whole.

Rows of it live in field_company/; each test says which rows it is about. The build itself must end
with no failure: nothing here is more than a project of numbers has to bear.
"""

import datetime
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from touchstone.build import as_vars, dbt
from touchstone.checks.checking import Scope, check
from touchstone.load import dbt_vars
from touchstone.load.loading import Outcome, load
from touchstone.load.mapping import read_mapping
from touchstone.project import project_directory

PROJECT = project_directory()
FOLDER = Path(__file__).parent / "field_company"
MAPPING = FOLDER / "mapping.yml"
TODAY = datetime.date(2026, 6, 1)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    """What the load said, and the warehouse that it wrote."""
    warehouse = tmp_path_factory.mktemp("field_company") / "field.duckdb"
    return load(FOLDER, read_mapping(MAPPING, PROJECT), PROJECT, warehouse), warehouse


@pytest.fixture(scope="module")
def warehouse(loaded: tuple[Outcome, Path]) -> Path:
    """The warehouse, built whole: every model, seed and test of the project."""
    _, path = loaded
    build(path, dbt_vars(str(MAPPING), PROJECT))
    return path


def build(warehouse: Path, variables: dict[str, object]) -> None:
    """Build all, and hold dbt to ending without a failure."""
    arguments = ["build", "--vars", as_vars(variables)]
    # the worked examples are the same for every company, and build of the sample runs them
    arguments += ["--exclude-resource-type", "unit_test"]
    arguments += ["--target-path", str(warehouse.parent / "t")]
    assert dbt(PROJECT, warehouse, arguments), "the field company does not build"


@pytest.fixture(scope="module")
def field(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The built company."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        yield connection


def rows(field: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """Return what a query answers."""
    return field.execute(sql).fetchall()


def test_no_guard_stops_the_field_company(warehouse: Path) -> None:
    variables = dbt_vars(str(MAPPING), PROJECT)
    findings = check(PROJECT, warehouse, scope=Scope(), variables=variables, today=TODAY)
    assert [finding.observed for finding in findings if finding.stops] == []
    assert sum(finding.outcome == "held" for finding in findings) > 100


@pytest.mark.nightly
def test_a_past_day_in_a_currency_of_thousandths_builds_and_is_exact(tmp_path: Path) -> None:
    folder = tmp_path / "company"
    shutil.copytree(FOLDER, folder)
    for name, old, new in (("mapping.yml", "EUR", "KWD"), ("deals.csv", "4000.10", "10.0010")):
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    mapping, warehouse = folder / "mapping.yml", tmp_path / "field.duckdb"
    load(folder, read_mapping(mapping, PROJECT), PROJECT, warehouse)
    variables = dbt_vars(str(mapping), PROJECT) | {"as_of": "2024-03-31"}
    build(warehouse, variables)
    findings = check(PROJECT, warehouse, scope=Scope(), variables=variables, today=TODAY)
    assert [finding.observed for finding in findings if finding.stops] == []
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        credited = rows(
            connection,
            "select sum(credited_revenue_amount), count(*) > 1, "
            "bool_or(credited_revenue_amount * 100 % 1 > 0) "
            "from attribution.touch_credits where opportunity_id = 'deal1'",
        )
        # the clock of the report is that of March, and what has closed since is not to come
        future = "select opportunity_id from core.opportunities where is_closed_in_future"
        assert rows(connection, future) == [("typo1",)]
    assert credited == [(Decimal("10.001"), True, True)]


def test_a_win_is_worth_its_amount_on_the_day_it_is_in_berlin(
    field: duckdb.DuckDBPyConnection,
) -> None:
    sql = """
        select created_date::varchar, closed_date::varchar, deal_amount
        from core.opportunities where opportunity_id = 'deal1'
    """
    # created at 23:30 UTC, which is the next day in Berlin; a close is a day and stays it
    assert rows(field, sql) == [("2024-01-09", "2024-03-18", Decimal("4000.10"))]


def test_a_lead_that_is_known_by_its_end_only_is_an_inquiry(
    field: duckdb.DuckDBPyConnection,
) -> None:
    sql = """
        select
            person_id, cycle_number, started_date::varchar, ended_date::varchar, disposition,
            is_inquiry_inferred, is_end_inferred
        from funnel.lead_cycles where person_id like '%funnel%' order by all
    """
    # the company has no history of leads; who answered after the lead was made took one trip
    assert rows(field, sql) == [
        ("funnel1", 1, "2024-02-01", "2024-02-01", "rejected", True, True),
        ("funnel1", 2, "2024-03-01", None, "open", False, False),
        ("funnel2", 1, "2024-02-02", "2024-02-03", "disqualified", False, True),
    ]


def test_no_lead_vanishes(field: duckdb.DuckDBPyConnection) -> None:
    sql = """
        select row_outcome, outcome_reason, row_count from quality.source_row_outcomes
        where source_table = 'leads' and row_outcome <> 'used' order by all
    """
    assert rows(field, sql) == [
        ("excluded", "in the lead cycle of an earlier lead of the person", 1),
        ("excluded", "its status is in no definition", 1),
    ]


def test_who_did_not_consent_is_counted_and_is_nobody(
    loaded: tuple[Outcome, Path],
    field: duckdb.DuckDBPyConnection,
) -> None:
    assert loaded[0].quarantined == []
    assert {
        done.table.label: done.anonymous_count for done in loaded[0].tables if done.anonymous_count
    } == {"web.page_views": 4, "web.identifies": 1}
    sql = """
        select source_table, row_outcome, outcome_reason, row_count
        from quality.source_row_outcomes where source_system = 'web' order by all
    """
    reason = "anonymous_id: without consent there is none"
    assert rows(field, sql) == [
        ("identifies", "anonymous", reason, 1),
        ("identifies", "used", None, 1),
        ("page_views", "anonymous", reason, 4),
        ("page_views", "used", None, 8),
    ]
    assert rows(field, "select count(*) from core.touches where source_system = 'web'") == [(8,)]


def test_the_click_id_of_an_ad_goes_before_what_analytics_repeats(
    field: duckdb.DuckDBPyConnection,
) -> None:
    sql = """
        select touch_date::varchar, channel, utm_source, utm_medium, utm_campaign
        from core.touches where source_system = 'web' order by all
    """
    assert rows(field, sql) == [
        ("2024-01-24", "Paid Search", "google", "cpc", None),
        ("2024-01-25", "Paid Search", "google", "cpc", None),
        ("2024-01-26", "Organic Search", "google", "organic", None),
        ("2024-01-27", "Paid Search", "bing", "cpc", None),
        ("2024-01-28", "Paid Social", "linkedin", "cpc", None),
        ("2024-01-29", "Organic Social", "facebook", "social", None),
        ("2024-01-30", "Direct", "(direct)", "(not set)", None),
        ("2024-01-31", "Email", "newsletter", "email", "may"),
    ]


def test_an_automation_is_told_from_a_product_of_that_name(
    field: duckdb.DuckDBPyConnection,
) -> None:
    sql = """
        select split_part(touch_id, ':', 3), is_human_activity
        from core.touches where touch_kind = 'activity' and person_id = 'funnel1' order by 1
    """
    assert rows(field, sql) == [
        ("activity1", True),
        ("activity2", True),
        ("activity3", False),
        ("activity4", False),
        ("activity5", True),
        ("activity6", False),
    ]


def test_closed_and_won_is_said_by_the_stage_and_without_one_by_the_flags(
    field: duckdb.DuckDBPyConnection,
) -> None:
    sql = """
        select opportunity_id, is_open, is_won, outcome_basis from core.opportunities
        where left(opportunity_id, 5) in ('stage', 'flags', 'clash')
        order by all
    """
    assert rows(field, sql) == [
        ("clash1", False, True, "stage"),
        ("clash2", True, False, "stage"),
        ("flags1", False, True, "flags"),
        ("stage1", False, True, "stage"),
        ("stage2", False, False, "stage"),
        ("stage3", True, False, "stage"),
    ]


def test_the_clock_does_not_follow_a_close_date_typed_wrong(
    field: duckdb.DuckDBPyConnection,
) -> None:
    assert rows(field, "select as_of_date::varchar from intermediate.int_days_of_data") == [
        ("2024-05-28",)
    ]
    assert rows(
        field,
        "select row_key, fault_detail from quality.detected_faults "
        "where fault_id = 'F12' and source_table = 'opportunities'",
    ) == [("typo1", "closed, with a close date to come")]
    pipeline = "select 1 from funnel.open_pipeline_by_month where opportunity_id = 'typo1'"
    assert rows(field, pipeline) == []


def test_a_deal_closed_on_the_day_of_its_creation_is_not_closed_before_it(
    field: duckdb.DuckDBPyConnection,
) -> None:
    sql = """
        select is_closed_before_created, is_created_at_close, days_to_close
        from core.opportunities where opportunity_id = 'sameday1'
    """
    assert rows(field, sql) == [(False, True, 0)]


def test_what_points_to_rows_that_are_gone_is_kept_and_joins(
    field: duckdb.DuckDBPyConnection,
) -> None:
    campaigns = "select campaign_id, campaign_name from core.campaigns order by all"
    assert rows(field, campaigns) == [
        ("fair", "Spring fair"),
        ("gone_campaign", "gone_campaign"),
    ]
    sql = """
        select sum(touch_count)::int from campaigns.campaign_results_by_month
        inner join core.campaigns using (campaign_id) where campaign_id = 'gone_campaign'
    """
    assert rows(field, sql) == [(2,)]
    found = "select row_key from quality.detected_faults where fault_id in ('F05', 'F46')"
    assert {f"gone{number}" for number in (1, 2, 3, 4, 6, 7, 8, 9)} <= {
        key for (key,) in rows(field, found)
    }


def test_nobody_has_left_where_nothing_says_so(field: duckdb.DuckDBPyConnection) -> None:
    sql = "select row_key, fault_detail from quality.detected_faults where fault_id = 'F39'"
    assert rows(field, sql) == [("gone1", "owner: no user")]


def test_where_stage_and_flag_disagree_the_stage_counts_and_it_is_said(
    field: duckdb.DuckDBPyConnection,
) -> None:
    sql = "select row_key from quality.detected_faults where fault_id = 'F49' order by all"
    assert rows(field, sql) == [("clash1",), ("clash2",)]


def test_a_deal_closed_before_its_person_is_seen_has_no_days(
    field: duckdb.DuckDBPyConnection,
) -> None:
    sql = "select row_key from quality.detected_faults where fault_id = 'F50' order by all"
    assert rows(field, sql) == [("stage1",), ("stage2",)]
    sql = """
        select opportunity_id, is_won_before_first_seen, days_from_first_seen
        from funnel.days_to_close where opportunity_id in ('deal1', 'stage1') order by all
    """
    assert rows(field, sql) == [("deal1", False, 74), ("stage1", True, None)]
