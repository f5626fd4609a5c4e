"""One small company with what companies of the field have: loaded once, built once, whole.

Rows of it live in field_company/; each test says which rows it is about. The build itself must end
with no failure: nothing here is more than a project of numbers has to bear.
"""

import datetime
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
    arguments = ["build", "--vars", as_vars(dbt_vars(str(MAPPING), PROJECT))]
    # the worked examples are the same for every company, and build of the sample runs them
    arguments += ["--exclude-resource-type", "unit_test", "--target-path", str(path.parent / "t")]
    assert dbt(PROJECT, path, arguments), "the field company does not build"
    return path


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


def test_a_win_is_worth_its_amount_on_the_day_it_is_in_berlin(
    field: duckdb.DuckDBPyConnection,
) -> None:
    sql = """
        select created_date::varchar, closed_date::varchar, deal_amount
        from core.opportunities where opportunity_id = 'deal1'
    """
    # created at 23:30 UTC, which is the next day in Berlin; a close is a day and stays it
    assert rows(field, sql) == [("2024-01-09", "2024-03-18", Decimal("4000.10"))]
