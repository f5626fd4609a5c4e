"""The README's queries run on the built warehouse and return rows."""

import re
from pathlib import Path

import duckdb
import pytest

from touchstone.cli import main
from touchstone.project import connect, warehouse_path

ROOT = Path(__file__).resolve().parents[2]
TABLE_ROW = re.compile(r"^\|[^|]+\|[^|]+\| `(?P<query>[^`]+)` \|$", re.MULTILINE)
QUERIES = [match["query"] for match in TABLE_ROW.finditer((ROOT / "README.md").read_text())]


def test_the_readme_has_its_table_of_questions() -> None:
    assert len(QUERIES) >= 10


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_of_the_readme_returns_rows(query: str, built: duckdb.DuckDBPyConnection) -> None:
    assert built.execute(query).fetchall()


@pytest.fixture(scope="module")
def built() -> duckdb.DuckDBPyConnection:
    path = warehouse_path(ROOT)
    if not path.exists():
        pytest.fail(f"{path} is not built; run `make build` first (make pytest does)")
    return connect(path, read_only=True)


def test_vars_are_for_an_analysis(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "select 1", "--vars", "{explain_opportunity_id: x}"]) == 2
    assert "a statement has none" in capsys.readouterr().err


def test_the_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 150
