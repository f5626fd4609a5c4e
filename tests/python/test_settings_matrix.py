"""Whatever a company sets, its build is green and adds up: zones, currencies, years, populations.

A load keeps the settings, and `dbt build` by itself uses them. The field company itself is built
in EUR, Berlin and calendar years (test_field_company.py); here every other value is built at least
once on each push, and nightly in every pair.
"""

import datetime
import json
from dataclasses import dataclass, replace
from itertools import combinations, product
from pathlib import Path
from typing import Any

import duckdb
import pytest

from touchstone.build import dbt
from touchstone.checks.checking import Scope, check
from touchstone.errors import UserError
from touchstone.load.loading import load
from touchstone.load.mapping import read_mapping
from touchstone.marks import read_marks
from touchstone.project import project_directory
from touchstone.settings import in_force

PROJECT = project_directory()
FOLDER = Path(__file__).parent / "field_company"
TODAY = datetime.date(2026, 6, 1)

# What a company may say; the first of each is what the field company says.
VALUES: dict[str, tuple[Any, ...]] = {
    "reporting_time_zone": (
        "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Atlantic/Azores",
    ),
    "reporting_currency": ("EUR", "JPY", "KWD"),
    "fiscal_year_start_month": (1, 4, 10),
    "attribution_population": ("account", "contact_role", "primary_contact_role"),
    "attribution_redistribution": ("proportional", "even"),
    "as_of": ("", "2024-03-31"),
}  # fmt: skip
KOLKATA: dict[str, Any] = {
    "reporting_time_zone": "Asia/Kolkata",
    "reporting_currency": "JPY",
    "fiscal_year_start_month": 4,
    "attribution_population": "primary_contact_role",
    "attribution_redistribution": "even",
    "as_of": "2024-03-31",
}
NEW_YORK: dict[str, Any] = {
    "reporting_time_zone": "America/New_York",
    "reporting_currency": "KWD",
    "fiscal_year_start_month": 10,
    "attribution_population": "contact_role",
    "attribution_redistribution": "proportional",
    "as_of": "",
}


def pairwise(values: dict[str, tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Return rows of values in which every pair of values of two settings stands in a row."""
    rows = [dict(zip(values, row, strict=True)) for row in product(*values.values())]
    waiting = {pair for row in rows for pair in combinations(row.items(), 2)}
    chosen = []
    while waiting:
        best = max(rows, key=lambda row: len(waiting.intersection(combinations(row.items(), 2))))
        waiting -= set(combinations(best.items(), 2))
        chosen.append(best)
    return chosen


@dataclass(frozen=True)
class Built:
    """A company built under settings."""

    warehouse: Path
    settings: dict[str, Any]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what a query answers."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()


def build(settings: dict[str, Any], folder: Path, *, examples: bool) -> Built:
    """Load the field company under settings, and run dbt with no var but where the data are."""
    warehouse = folder / "company.duckdb"
    text = (FOLDER / "mapping.yml").read_text(encoding="utf-8")
    path = folder / "mapping.yml"
    path.write_text(text.replace("EUR", settings["reporting_currency"]), encoding="utf-8")
    mapping = replace(read_mapping(path, PROJECT), settings=settings)
    load(FOLDER, mapping, PROJECT, warehouse)
    words = ["build", "--vars", '{"raw_data": "loaded"}', "--target-path", str(folder / "target")]
    if not examples:
        words += ["--exclude-resource-type", "unit_test"]
    assert dbt(PROJECT, warehouse, words), f"no green build under {settings}"
    return Built(warehouse, settings)


def judge(built: Built) -> None:
    """Hold a build to what every company is promised."""
    shown = dict(built.rows("select setting_name, setting_value from quality.settings"))
    assert {name: shown[name] for name in built.settings} == {
        name: str(value) for name, value in built.settings.items()
    }
    assert read_marks(built.warehouse) == []
    [(settings,)] = built.rows("select distinct settings from maintenance.public_tables")
    assert json.loads(settings)["reporting_currency"] == built.settings["reporting_currency"]
    findings = check(
        PROJECT,
        built.warehouse,
        scope=Scope(),
        variables=in_force(PROJECT, built.warehouse, "{}").values,
        today=TODAY,
    )
    assert [(one.guard.name, one.observed) for one in findings if one.stops] == []
    differences = built.rows(
        "select deal_count, deal_amount from quality.crm_reconciliation_by_month "
        "where line_item = 'difference' and (deal_count <> 0 or deal_amount <> 0)"
    )
    assert differences == []
    currencies = built.rows("select distinct currency_code from attribution.touch_credits")
    assert currencies == [(built.settings["reporting_currency"],)]


@pytest.fixture(scope="module")
def kolkata(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A company far from UTC, in a currency without cents, as of a day in the past."""
    return build(KOLKATA, tmp_path_factory.mktemp("kolkata"), examples=True)


@pytest.fixture(scope="module")
def new_york(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A company west of UTC, in a currency of three decimals."""
    return build(NEW_YORK, tmp_path_factory.mktemp("new_york"), examples=False)


def test_worked_examples_hold_and_all_adds_up_in_kolkata(kolkata: Built) -> None:
    judge(kolkata)


def test_all_adds_up_in_new_york(new_york: Built) -> None:
    judge(new_york)


@pytest.fixture
def created(kolkata: Built, new_york: Built) -> list[datetime.date]:
    """The day on which deal1, created at 23:30 UTC of 8 January, was created."""
    sql = "select created_date from core.opportunities where opportunity_id = 'deal1'"
    return [built.rows(sql)[0][0] for built in (kolkata, new_york)]


def test_a_moment_has_the_day_of_the_company(created: list[datetime.date]) -> None:
    assert created == [datetime.date(2024, 1, 9), datetime.date(2024, 1, 8)]


def test_dbt_by_itself_refuses_what_cannot_be(kolkata: Built, tmp_path: Path) -> None:
    words = ["build", "--vars", '{"fiscal_year_start_month": 13, "lookback": 5}']
    with pytest.raises(UserError) as stopped:
        dbt(PROJECT, kolkata.warehouse, [*words, "--target-path", str(tmp_path)])
    told = str(stopped.value)
    assert "there is no var lookback; there are as_of, attribution_lookback_days" in told
    assert "fiscal_year_start_month is '13'; it must be a whole number from 1 to 12" in told
    assert "this run would put the sample in its place; build the company: touchstone build" in told
    assert read_marks(kolkata.warehouse) == []


def test_the_company_is_asked_in_each_pair_of_values() -> None:
    rows = pairwise(VALUES)
    assert len(rows) < 25
    for one, a in ((name, value) for name in VALUES for value in VALUES[name]):
        for other, b in ((name, value) for name in VALUES for value in VALUES[name]):
            if one != other:
                assert any(row[one] == a and row[other] == b for row in rows)
    for name, values in VALUES.items():  # on each push: but for the Azores, every one
        pushed = {values[0], KOLKATA[name], NEW_YORK[name]}
        assert set(values) - pushed <= {"Atlantic/Azores"}


@pytest.mark.nightly
@pytest.mark.parametrize(
    "settings", pairwise(VALUES), ids=lambda row: "-".join(map(str, row.values()))
)
def test_all_adds_up_in_every_pair_of_settings(settings: dict[str, Any], tmp_path: Path) -> None:
    judge(build(settings, tmp_path, examples=False))
