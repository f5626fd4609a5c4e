"""A company with traffic: 100 raw touchpoints for each deal, the same bytes, the same causes."""

import filecmp
from pathlib import Path

import duckdb
import pytest

from touchstone.cli import main

TOUCHPOINTS = (
    "web/web__page_views",
    "web/web__identifies",
    "crm/crm__campaign_members",
    "crm/crm__tasks",
    "crm/crm__events",
)


def generate(folder: Path, *options: str) -> Path:
    assert main(["sample", "--format", "parquet", "--output", str(folder), *options]) == 0
    return folder


def rows_in(folder: Path, name: str) -> int:
    with duckdb.connect() as connection:
        row = connection.execute(f"select count(*) from '{folder}/{name}.parquet'").fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("traffic"), "--touches", "1e5")


def test_the_company_is_of_the_size_that_was_asked_for(company: Path) -> None:
    touchpoints = sum(rows_in(company, name) for name in TOUCHPOINTS)
    assert touchpoints == pytest.approx(100_000, rel=0.10)
    assert touchpoints / rows_in(company, "crm/crm__opportunities") == pytest.approx(100, rel=0.10)


def test_two_runs_give_the_same_bytes(company: Path, tmp_path: Path) -> None:
    again = generate(tmp_path, "--touches", "1e5")
    names = sorted(str(path.relative_to(company)) for path in company.rglob("*.parquet"))
    assert filecmp.cmpfiles(company, again, names, shallow=False)[1:] == ([], [])


def test_traffic_changes_no_deal(company: Path, tmp_path: Path) -> None:
    quiet = generate(tmp_path, "--accounts", "592")
    for name in ("crm/crm__opportunities", "crm/crm__leads", "truth/truth_channel_effect"):
        assert filecmp.cmp(company / f"{name}.parquet", quiet / f"{name}.parquet", shallow=False)


@pytest.mark.parametrize("touches", ["100", "1e12"])
def test_a_size_that_makes_no_company_is_refused(
    touches: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sample", "--touches", touches, "--output", str(tmp_path)]) == 2
    assert "--touches" in capsys.readouterr().err
