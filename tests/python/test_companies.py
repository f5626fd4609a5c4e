"""Two public companies, each loaded by a mapping, built, and held to the figures of their files.

The data are not part of the project: they are read from TOUCHSTONE_SHARED_DATA, else
../shared/data.
"""

import csv
import datetime
import os
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from touchstone.build import as_vars, dbt
from touchstone.checks.checking import Scope, check
from touchstone.load import dbt_vars
from touchstone.load.loading import Outcome, load
from touchstone.load.mapping import find_mapping, read_mapping
from touchstone.project import WAREHOUSE_VARIABLE, project_directory

PROJECT = project_directory()
SHARED = Path(os.environ.get("TOUCHSTONE_SHARED_DATA", PROJECT / ".." / "shared" / "data"))
Query = Callable[[str], list[tuple[Any, ...]]]


def expected(name: str) -> list[dict[str, str]]:
    with (SHARED / "expected" / name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def build(company: str, folder: Path) -> tuple[Outcome, Path]:
    files = SHARED / company
    if not files.is_dir():
        pytest.skip(f"no {files}: set TOUCHSTONE_SHARED_DATA to the folder of the public data")
    warehouse = folder / f"{company}.duckdb"
    outcome = load(files, read_mapping(find_mapping(company), PROJECT), PROJECT, warehouse)
    before = os.environ.get(WAREHOUSE_VARIABLE)
    arguments = ["build", "--vars", as_vars(dbt_vars(company, PROJECT))]
    # the worked examples are the same for every company, and build of the sample runs them
    arguments += ["--exclude-resource-type", "unit_test", "--target-path", str(folder / "target")]
    try:
        assert dbt(PROJECT, warehouse, arguments), f"dbt build of {company} failed"
    finally:
        if before is None:
            os.environ.pop(WAREHOUSE_VARIABLE, None)
        else:
            os.environ[WAREHOUSE_VARIABLE] = before
    return outcome, warehouse


def reader(warehouse: Path) -> Iterator[Query]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def olist_built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    return build("olist", tmp_path_factory.mktemp("olist"))


@pytest.fixture
def olist(olist_built: tuple[Outcome, Path]) -> Iterator[Query]:
    yield from reader(olist_built[1])


@pytest.fixture(scope="module")
def maven_built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    return build("maven_crm", tmp_path_factory.mktemp("maven_crm"))


@pytest.fixture
def maven(maven_built: tuple[Outcome, Path]) -> Iterator[Query]:
    yield from reader(maven_built[1])


# Olist on each push, with leads and touches in every mart; Maven, a CRM alone, every night.
COMPANIES = ["olist", pytest.param("maven_crm", marks=pytest.mark.nightly)]


@pytest.mark.parametrize("company", COMPANIES)
def test_no_row_of_a_company_is_set_aside(company: str, request: pytest.FixtureRequest) -> None:
    outcome, _ = request.getfixturevalue(f"{company.removesuffix('_crm')}_built")
    assert outcome.quarantined == []


@pytest.mark.parametrize("company", COMPANIES)
def test_no_guard_stops_a_company_whose_data_are_sound(
    company: str, request: pytest.FixtureRequest
) -> None:
    _, warehouse = request.getfixturevalue(f"{company.removesuffix('_crm')}_built")
    findings = check(
        PROJECT,
        warehouse,
        scope=Scope(),
        variables=dbt_vars(company, PROJECT),
        today=datetime.date(2026, 6, 1),
    )
    assert [finding for finding in findings if finding.stops] == []
    assert [finding.observed for finding in findings if finding.outcome == "broken"] == []
    assert sum(finding.outcome == "held" for finding in findings) > 100


# Olist


def test_olist_converts_as_published_by_origin(olist: Query) -> None:
    found = olist(
        """
        select
            original_lead_source,
            cast(sum(entered_count) as bigint),
            cast(sum(won_count) as bigint),
            round(sum(won_count) / sum(entered_count), 6)
        from funnel.funnel_by_month
        where basis = 'cohort' and funnel_stage = 'mql'
        group by rollup (original_lead_source)
        """
    )
    # the rollup's total has no origin; the 60 leads without one are '(none)', the 1,099 'unknown'
    names = {"": None, "(null)": "(none)"}
    assert {row[0]: row[1:] for row in found} == {
        names.get(row["origin"], row["origin"]): (
            int(row["mqls"]),
            int(row["deals"]),
            float(row["conv_rate"]),
        )
        for row in expected("olist_by_origin.csv")
    }
    assert next(row[3] for row in found if row[0] is None) == 0.105250


def test_olist_converts_as_published_by_cohort(olist: Query) -> None:
    # the windows by month leave out the deal won before first contact, the totals do not
    found = olist(
        """
        select
            strftime(cycles.mql_date, '%Y-%m'),
            count(*),
            count(days.opportunity_id),
            count(*) filter (where days.days_from_first_seen between 0 and 30),
            count(*) filter (where days.days_from_first_seen between 0 and 90)
        from funnel.lead_cycles as cycles
        left join funnel.days_to_close as days using (opportunity_id)
        group by 1 order by 1
        """
    )
    assert found == [
        (row["cohort_month"], *(int(row[name]) for name in list(row)[1:]))
        for row in expected("olist_by_cohort_month.csv")
    ]


def test_olist_days_to_close_are_as_published(olist: Query) -> None:
    (row,) = olist(
        """
        select
            count(*),
            round(avg(won_date - first_seen_date), 4),
            median(won_date - first_seen_date),
            count_if(won_date - first_seen_date <= 30),
            count_if(won_date - first_seen_date <= 90)
        from funnel.days_to_close
        """
    )
    assert row == (842, 48.4406, 14, 555, 692)


def test_olist_days_to_close_by_origin_are_as_published(olist: Query) -> None:
    found = olist(
        """
        select
            original_lead_source,
            round(avg(won_date - first_seen_date), 4),
            median(won_date - first_seen_date)
        from funnel.days_to_close group by 1
        """
    )
    assert {row[0]: row[1:] for row in found} == {
        row["origin"].replace("(null)", "(none)"): (
            float(row["avg_days_to_close"]),
            float(row["median_days_to_close"]),
        )
        for row in expected("olist_by_origin.csv")
        if row["origin"]
    }


def test_olist_keeps_and_flags_the_deal_won_before_first_contact(olist: Query) -> None:
    assert olist(
        """
        select opportunity_id, closed_date - created_date, is_won
        from core.opportunities where is_closed_before_created
        """
    ) == [("deal-5e063e85d44b0f5c3e6ec3131103a57e", -2, True)]
    assert olist(
        """
        select opportunity_id, won_date - first_seen_date, days_from_first_seen
        from funnel.days_to_close where is_won_before_first_seen
        """
    ) == [("deal-5e063e85d44b0f5c3e6ec3131103a57e", -2, None)]
    assert olist("select row_key from quality.detected_faults where fault_id = 'F50'") == [
        ("deal-5e063e85d44b0f5c3e6ec3131103a57e",)
    ]


def test_olist_revenue_is_credited_to_the_cent(olist: Query) -> None:
    # the deal won before its first contact has nobody to thank
    assert olist(
        """
        select touch_id is null, sum(credited_revenue_amount), sum(credited_win_share)
        from attribution.touch_credits group by 1 order by 1
        """
    ) == [
        (False, Decimal("676828.58"), Decimal("379")),
        (True, Decimal("22.90"), Decimal("1")),
    ]
    assert olist(
        """
        select line_item, sum(deal_count), sum(deal_amount)
        from quality.crm_reconciliation_by_month
        where attribution_scope = 'revenue' and attribution_model = 'full_path'
        group by line_rank, line_item order by line_rank
        """
    ) == [
        ("CRM total", 842, Decimal("676851.48")),
        ("attributed", 379, Decimal("676828.58")),
        ("unattributed", 1, Decimal("22.90")),
        ("excluded: amount missing", 462, Decimal("0.00")),
        ("difference", 0, Decimal("0.00")),
    ]


def test_olist_deals_are_worth_their_line_items(olist: Query) -> None:
    assert olist(
        """
        select currency_code, amount_basis, count(*), sum(deal_amount)
        from core.opportunities group by all order by 2
        """
    ) == [("BRL", "line_items", 380, Decimal("676851.48")), ("BRL", "missing", 462, None)]


def test_olist_revenue_by_origin_is_as_published(olist: Query) -> None:
    found = olist(
        """
        select coalesce(lead_source, '(null)'), sum(deal_amount)
        from core.opportunities group by 1 having sum(deal_amount) > 0
        """
    )
    assert dict(found) == {
        row["origin"]: Decimal(row["item_price_revenue"]).quantize(Decimal("0.01"))
        for row in expected("olist_by_origin.csv")
        if row["origin"] and float(row["item_price_revenue"])
    }


def test_olist_touches_show_origin_and_landing_page(olist: Query) -> None:
    found = olist(
        """
        select utm_source, channel, count(*), count(person_id), count(content_name)
        from core.touches group by all
        """
    )
    by_source = {row[0]: row[1:] for row in found}
    assert sum(row[1] for row in by_source.values()) == 8000
    assert all(row[1] == row[2] == row[3] for row in by_source.values())
    assert by_source["unknown"][:2] == ("Unassigned", 1099)
    assert by_source["no_origin"][:2] == ("Unassigned", 60)
    assert by_source["google"][:2] == ("Paid Search", 1586)
    assert by_source["(direct)"][:2] == ("Direct", 499)


def test_olist_has_the_pair_on_every_deal(olist: Query) -> None:
    assert olist(
        "select count(*) from core.opportunities where owner_id is null or sdr_id is null"
    ) == [(0,)]


# Maven


@pytest.mark.nightly
def test_maven_stages_are_as_published(maven: Query) -> None:
    found = maven(
        """
        select
            case when is_won then 'Won' when is_lost then 'Lost'
            when created_date is null then 'Prospecting'
            else 'Engaging' end,
            count(*),
            coalesce(sum(deal_amount), 0),
            round(avg(days_to_close), 4),
            median(days_to_close),
            count_if(account_id is null)
        from core.opportunities group by 1 order by 1
        """
    )
    assert found == [
        (
            row["deal_stage"],
            int(row["opportunities"]),
            Decimal(row["close_value"]),
            float(row["avg_days_engage_to_close"]) if row["avg_days_engage_to_close"] else None,
            float(row["median_days"]) if row["median_days"] else None,
            int(row["null_account"]),
        )
        for row in expected("maven_by_stage.csv")
    ]


@pytest.mark.nightly
def test_maven_wins_as_published(maven: Query) -> None:
    (row,) = maven(
        """
        select count_if(is_won), sum(deal_amount) filter (where is_won),
            round(count_if(is_won) / count_if(is_won or is_lost), 6),
            round(avg(days_to_close) filter (where is_won), 4)
        from core.opportunities
        """
    )
    assert row == (4238, Decimal("10005534.00"), 0.631501, 51.7820)


@pytest.mark.nightly
def test_maven_quarters_are_as_published(maven: Query) -> None:
    found = maven(
        """
        select
            cast(date_trunc('quarter', closed_date) as date),
            count_if(is_won),
            count_if(is_lost),
            sum(deal_amount), round(avg(days_to_close) filter (where is_won), 4)
        from core.opportunities where closed_date is not null group by 1 order by 1
        """
    )
    assert [(str(row[0]), *row[1:]) for row in found] == [
        (
            row["close_quarter"],
            int(row["won"]),
            int(row["lost"]),
            Decimal(row["revenue"]),
            float(row["avg_cycle_days_won"]),
        )
        for row in expected("maven_by_close_quarter.csv")
    ]


@pytest.mark.nightly
def test_maven_has_one_spelling_of_each_product_and_sector(maven: Query) -> None:
    products = maven(
        "select product_name, count(*) from staging.stg_crm__opportunity_line_items group by 1"
    )
    assert len(products) == 7
    assert ("GTX Pro", 1480) in products
    sectors = {row[0] for row in maven("select industry from core.accounts")}
    assert "technology" in sectors
    assert "technolgy" not in sectors


@pytest.mark.nightly
def test_maven_subsidiaries_roll_up_to_their_parent(maven: Query) -> None:
    assert maven("select count(*) from core.accounts where parent_account_id is not null") == [
        (15,)
    ]


@pytest.mark.nightly
def test_maven_names_of_agents_go_no_further(maven: Query) -> None:
    names = {
        row["sales_agent"]
        for row in csv.DictReader((SHARED / "maven_crm" / "sales_teams.csv").open())
    }
    owners = {row[0] for row in maven("select owner_id from core.opportunities")}
    assert len(owners) == 30
    assert not names & owners


@pytest.mark.nightly
def test_maven_velocity_is_that_of_new_business(maven: Query) -> None:
    """Without the 301 deals that closed within a day of their creation: all are 6711 and 4238."""
    assert maven(
        """
        select
            cast(sum(closed_count) as bigint),
            cast(sum(won_count) as bigint),
            sum(won_amount),
            round(sum(won_count) / sum(closed_count), 6)
        from funnel.velocity_by_month
        """
    ) == [(6410, 4080, Decimal("9582654.00"), 0.636505)]


@pytest.mark.nightly
def test_a_company_without_marketing_has_every_mart_and_no_credit(maven: Query) -> None:
    assert maven("select count(*) from core.touches") == [(0,)]
    assert maven("select count(*) from funnel.lead_cycles") == [(0,)]
    assert maven(
        """
        select line_item, sum(deal_count), sum(deal_amount)
        from quality.crm_reconciliation_by_month
        where attribution_scope = 'revenue' and attribution_model = 'full_path'
        group by line_rank, line_item order by line_rank
        """
    ) == [
        ("CRM total", 4238, Decimal("10005534.00")),
        ("attributed", 0, Decimal("0.00")),
        ("unattributed", 4238, Decimal("10005534.00")),
        ("difference", 0, Decimal("0.00")),
    ]
