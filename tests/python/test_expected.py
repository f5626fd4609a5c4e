"""The command that shows what moved in the sample's agreed numbers."""

import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from touchstone.cli import main
from touchstone.expected import (
    AGREED_FILE,
    SHOWN_CHANGES,
    count_changes,
    describe_changes,
    read_settings_agreed,
)

PROJECT = Path(__file__).parents[2]
SETTINGS = read_settings_agreed(PROJECT)
WON = ("won_amount", "won", "2025-01-01")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one agreed number and a warehouse with another value of it."""
    (tmp_path / "dbt_project.yml").write_text("name: touchstone\n")
    agreed = tmp_path / AGREED_FILE
    agreed.parent.mkdir(parents=True)
    shutil.copy((PROJECT / AGREED_FILE).with_suffix(".yml"), agreed.parent)
    agreed.write_text(
        "number_name,slice_name,period_start_date,number_value\nwon_amount,won,2025-01-01,100.00\n"
    )
    warehouse = tmp_path / "built.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema quality")
        connection.execute(
            "create table quality.remembered_numbers as "
            "select 'won_amount' as number_name, 'won' as slice_name, "
            "date '2025-01-01' as period_start_date, "
            "cast(120.5 as decimal(38, 2)) as number_value"
        )
        connection.execute("create table quality.settings (setting_name text, setting_value text)")
        connection.executemany("insert into quality.settings values (?, ?)", list(SETTINGS.items()))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOUCHSTONE_WAREHOUSE", str(warehouse))
    return tmp_path


def test_what_moved_is_shown_and_nothing_is_written(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (project / AGREED_FILE).read_text()
    assert main(["expected"]) == 1
    assert "won_amount  won  2025-01-01  100.00 -> 120.50  +20.50" in capsys.readouterr().out
    assert (project / AGREED_FILE).read_text() == before


def test_accepting_shows_the_change_and_then_nothing_has_moved(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["expected", "--accept"]) == 0
    assert "100.00 -> 120.50" in capsys.readouterr().out
    assert main(["expected"]) == 0
    assert "1 agreed numbers, none moved" in capsys.readouterr().out


def test_an_unusable_file_is_one_clear_line(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / AGREED_FILE).write_text(
        "number_name,slice_name,period_start_date,number_value\na,b,c,much\n"
    )
    assert main(["expected"]) == 2
    assert "value that is no number" in capsys.readouterr().err
    (project / "built.duckdb").unlink()
    (project / AGREED_FILE).write_text("number_name,slice_name,period_start_date,number_value\n")
    assert main(["expected"]) == 2
    assert "make build" in capsys.readouterr().err


def test_new_and_gone_numbers_are_changes() -> None:
    assert describe_changes({WON: Decimal(1)}, {}) == ["won_amount  won  2025-01-01  1 -> none"]
    assert describe_changes({}, {WON: Decimal(1)}) == ["won_amount  won  2025-01-01  none -> 1"]
    assert describe_changes({WON: Decimal("1.0")}, {WON: Decimal("1.00")}) == []


def test_what_moved_is_counted_by_name_and_all_of_it_can_be_seen(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"won_amount,slice {place:02},2025-01-01,1\n" for place in range(SHOWN_CHANGES + 5)]
    with (project / AGREED_FILE).open("a") as file:
        file.writelines(lines)
    assert main(["expected"]) == 1
    said = capsys.readouterr().out
    assert "... and 6 more: touchstone expected --all" in said
    assert f"{SHOWN_CHANGES + 6} of won_amount" in said
    assert main(["expected", "--all"]) == 1
    assert f"slice {SHOWN_CHANGES + 4}" in capsys.readouterr().out
    assert count_changes({WON: Decimal(1)}, {WON: Decimal(1)}) == {}


@pytest.mark.parametrize(
    ("setting", "value"), [("raw_data", "loaded"), ("attribution_lookback_days", "90")]
)
def test_numbers_of_another_company_or_setting_are_never_agreed_for_the_sample(
    project: Path, capsys: pytest.CaptureFixture[str], setting: str, value: str
) -> None:
    before = (project / AGREED_FILE).read_text()
    with duckdb.connect(str(project / "built.duckdb")) as connection:
        connection.execute(
            "update quality.settings set setting_value = $1 where setting_name = $2",
            [value, setting],
        )
    assert main(["expected", "--accept"]) == 2
    assert f"built with {setting} {value}" in capsys.readouterr().err
    assert (project / AGREED_FILE).read_text() == before
