"""Settings travel with the data: kept by a load, used by every command, overridden by --vars."""

import datetime
import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
import yaml

from touchstone.cli import main
from touchstone.errors import UserError, meaning_of
from touchstone.failures import failure_lines, place, sentence
from touchstone.marks import PUBLIC_TABLES, UNFINISHED, marks_in, read_marks, step
from touchstone.project import project_directory
from touchstone.settings import (
    MARKED,
    RAW_DATA_VARIABLE,
    check_settings,
    in_force,
    keep,
    keep_for_dbt,
    project_settings,
    read_kept,
    setting_rules,
    without_mark,
)

PROJECT = project_directory()


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "acme.duckdb"


def load(warehouse: Path, settings: Mapping[str, Any], *, append: bool = False) -> list[str]:
    with duckdb.connect(str(warehouse)) as connection:
        return keep(connection, "Acme", settings, append=append)


# kept < --vars


def test_a_build_after_a_load_uses_what_the_mapping_said(warehouse: Path) -> None:
    load(warehouse, {"reporting_currency": "BRL", "mqls_expire": False})
    found = in_force(PROJECT, warehouse, "{}")
    assert found.values == {
        "raw_data": "loaded", "reporting_currency": "BRL", "mqls_expire": False,
    }  # fmt: skip
    assert found.is_loaded
    assert found.told() == ["Acme, as loaded: mqls_expire false, reporting_currency BRL"]


def test_vars_override_what_was_kept_and_say_so(warehouse: Path) -> None:
    load(warehouse, {"reporting_currency": "BRL", "attribution_lookback_days": 90})
    found = in_force(PROJECT, warehouse, "{reporting_currency: EUR, attribution_lookback_days: 90}")
    assert found.values["reporting_currency"] == "EUR"
    assert found.told() == [
        "Acme, as loaded: attribution_lookback_days 90",
        "--vars overrides reporting_currency: EUR, not BRL as loaded",
    ]


def test_the_sample_has_nothing_of_a_loaded_company(warehouse: Path) -> None:
    load(warehouse, {"reporting_currency": "BRL"})
    found = in_force(PROJECT, warehouse, "{raw_data: sample}")
    assert (found.values, found.is_loaded, found.told()) == ({"raw_data": "sample"}, False, [])


def test_where_nothing_was_loaded_it_is_the_sample(warehouse: Path) -> None:
    assert in_force(PROJECT, warehouse, "{}").values == {}
    assert in_force(PROJECT, warehouse, "{raw_data: loaded}").is_loaded


def test_a_day_more_keeps_what_it_does_not_say(warehouse: Path) -> None:
    load(warehouse, {"reporting_currency": "BRL", "as_of": "2024-01-31"})
    told = load(warehouse, {"as_of": "2024-02-29", "session_gap_minutes": 20}, append=True)
    assert told == ["as_of: 2024-02-29 replaces 2024-01-31", "session_gap_minutes: 20 is new"]
    kept = read_kept(warehouse)
    assert kept is not None
    assert kept.values == {
        "as_of": "2024-02-29", "reporting_currency": "BRL", "session_gap_minutes": 20,
    }  # fmt: skip


def test_another_load_forgets_what_it_does_not_say_and_tells(warehouse: Path) -> None:
    assert load(warehouse, {"reporting_currency": "BRL"}) == []
    assert load(warehouse, {}) == [
        "reporting_currency: BRL is no longer kept, the mapping is silent"
    ]


# what cannot be


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ("raporting_currency: EUR", "no var raporting_currency; did you mean reporting_currency?"),
        ("fiscal_year_start_month: 13", "is '13'; it must be a whole number from 1 to 12"),
        ("fiscal_year_start_month: '4'", "is '4'; it must be a whole number from 1 to 12"),
        ("attribution_lookback_days: -5", "is '-5'; it must be a whole number from 0"),
        ("session_gap_minutes: true", "is 'true'; it must be a whole number from 1"),
        ("reporting_currency: XYZ", "it must be an ISO 4217 code such as EUR"),
        ("reporting_time_zone: Europe/Berln", "no time zone; .*did you mean Europe/Berlin"),
        ("as_of: 31.12.2024", "it must be a day, YYYY-MM-DD"),
        ("as_of: '2024-02-30'", "it must be a day, YYYY-MM-DD"),
        ("mqls_expire: 'no'", "is 'no'; it must be one of: true, false"),
        ("mqls_expire: 1", "it must be one of: true, false"),
        ("raw_data: load", "it must be one of: sample, loaded"),
        ("attribution_population: acount", "one of: account, contact_role, primary_contact_role"),
        ("attribution_redistribution: evenly", "it must be one of: proportional, even"),
        ("source_schemas: salesforce", "it must say a name for each system"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(warehouse: Path, stated: str, told: str) -> None:
    with pytest.raises(UserError, match=f"^--vars: .*{told}"):
        in_force(PROJECT, warehouse, f"{{{stated}}}")


def test_settings_that_can_be_are_taken(warehouse: Path) -> None:
    in_force(
        PROJECT,
        warehouse,
        "{as_of: 2024-06-30, reporting_currency: kwd, reporting_time_zone: Asia/Kolkata, "
        "mqls_expire: no, attribution_lookback_days: 0, source_schemas: {crm: salesforce}}",
    )


def test_every_var_has_a_rule_and_every_default_meets_it() -> None:
    defaults = project_settings(PROJECT)
    assert defaults.keys() <= setting_rules(PROJECT).keys()
    check_settings(PROJECT, defaults, "dbt_project.yml")


@pytest.mark.parametrize("command", ["build", "check", "diff"])
def test_commands_end_with_the_sentence(
    command: str,
    warehouse: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    duckdb.connect(str(warehouse)).close()
    monkeypatch.setenv("TOUCHSTONE_WAREHOUSE", str(warehouse))
    base = ["--base", "HEAD"] if command == "diff" else []
    assert main([command, *base, "--vars", "{fiscal_year_start_month: 13}"]) == 2
    assert "fiscal_year_start_month is '13'; it must be a whole number" in capsys.readouterr().err


# plain dbt build


def test_dbt_in_the_folder_of_the_project_is_told_and_other_lines_stay(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("TOUCHSTONE_HASH_KEY=secret\n", encoding="utf-8")
    for _ in range(2):
        assert keep_for_dbt(tmp_path, tmp_path / "touchstone.duckdb") == path
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines == ["TOUCHSTONE_HASH_KEY=secret", *MARKED]
    assert without_mark(lines) == ["TOUCHSTONE_HASH_KEY=secret"]


def test_another_warehouse_tells_dbt_nothing(tmp_path: Path) -> None:
    assert keep_for_dbt(tmp_path, tmp_path / "other.duckdb") is None
    assert not (tmp_path / ".env").exists()


def test_no_file_of_the_repository_keeps_a_users_env() -> None:
    assert ".env" in (PROJECT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert os.environ[RAW_DATA_VARIABLE] == "sample"  # a loaded company here is none of a test's


# the mark of a build that did not end well

SETTINGS = {"reporting_currency": "USD", "reporting_time_zone": "UTC"}
SINCE = datetime.datetime(2026, 1, 2, 3, 4)


MAINTENANCE = f"""
    create schema maintenance;
    create table {UNFINISHED} (
        node_id varchar, node_kind varchar, node_name varchar, table_name varchar,
        outcome varchar, settings varchar, since timestamp, invocation_id varchar
    );
    create table {PUBLIC_TABLES} (
        table_name varchar, settings varchar, built_at timestamp, invocation_id varchar
    )
"""


@pytest.fixture
def marked() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(MAINTENANCE)
    connection.execute(
        "create schema core; create table core.people (a int); create table core.touches (a int)"
    )
    return connection


def unfinished(
    connection: duckdb.DuckDBPyConnection, kind: str, name: str, table: str | None, outcome: str
) -> None:
    row = [name, kind, name, table, outcome, None, SINCE, "1"]
    connection.execute(f"insert into {UNFINISHED} values (?, ?, ?, ?, ?, ?, ?, ?)", row)


def built(connection: duckdb.DuckDBPyConnection, table: str, settings: Mapping[str, str]) -> None:
    row = [table, json.dumps(settings), SINCE, "1"]
    connection.execute(f"insert into {PUBLIC_TABLES} values (?, ?, ?, ?)", row)


def test_a_good_build_leaves_no_mark(marked: duckdb.DuckDBPyConnection) -> None:
    built(marked, "core.people", SETTINGS)
    built(marked, "core.touches", SETTINGS)
    assert marks_in(marked) == []
    assert marks_in(duckdb.connect()) == []


def test_a_failed_build_names_what_failed_and_what_is_old_or_missing(
    marked: duckdb.DuckDBPyConnection,
) -> None:
    unfinished(marked, "model", "int_a", None, "error")
    unfinished(marked, "model", "people", "core.people", "skipped")
    unfinished(marked, "model", "months", "core.months", "skipped")
    assert marks_in(marked) == [
        "the build of 2026-01-02 03:04 UTC failed at model int_a",
        "of an earlier build, so old: core.people",
        "missing: core.months",
        "mend what failed and build again: touchstone build",
    ]


def test_a_build_that_was_stopped_is_told(marked: duckdb.DuckDBPyConnection) -> None:
    unfinished(marked, "build", "dbt build", None, "begun")
    [line] = marks_in(marked)
    assert line.startswith("a build began 2026-01-02 03:04 UTC and did not end")


def test_two_currencies_in_public_tables_are_told(marked: duckdb.DuckDBPyConnection) -> None:
    built(marked, "core.people", SETTINGS)
    built(marked, "core.touches", {**SETTINGS, "reporting_currency": "EUR"})
    built(marked, "core.gone", {**SETTINGS, "reporting_currency": "JPY"})
    assert marks_in(marked) == [
        "public tables were built under different settings, so they do not belong together:",
        "  reporting_currency USD: core.people",
        "  reporting_currency EUR: core.touches",
        "build all of them under one: touchstone build",
    ]


def test_numbers_of_a_failed_build_cannot_be_published(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(MAINTENANCE)
        unfinished(connection, "model", "int_a", None, "error")
    monkeypatch.setenv("TOUCHSTONE_WAREHOUSE", str(warehouse))
    assert main(["lock", "2025-Q3", "--agreed-by", "CFO", "--reason", "board"]) == 2
    told = capsys.readouterr().err
    assert "numbers cannot be published from this warehouse: the build of 2026-01-02" in told


def test_a_step_that_does_not_end_stays_marked(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(MAINTENANCE)
    with step(warehouse, "metrics"):
        pass
    assert read_marks(warehouse) == []
    with pytest.raises(OSError, match="full"), step(warehouse, "metrics"):
        raise OSError("full")
    [line] = read_marks(warehouse)
    assert line.startswith("the step 'metrics' after a build began")


# what the machine says, and what dbt says, in a sentence


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(28, "No space left on device", "/x/y"), "the disk is full: /x/y; free some space"),
        (PermissionError(13, "Permission denied", "/x"), "permission denied: /x; choose a folder"),
        (OSError(30, "Read-only file system", "/x"), "the file system is read-only: /x; choose"),
        (FileNotFoundError(2, "No such file or directory", "/x"), "no such file or folder: /x"),
        (
            duckdb.IOException('IO Error: Could not write file "/x": No space left on device'),
            "the disk is full (IO Error: Could not write file",
        ),
    ],
)
def test_errors_of_the_disk_have_a_sentence(error: Exception, told: str) -> None:
    assert told in str(meaning_of(error))


def test_a_fault_of_the_program_keeps_its_trace() -> None:
    assert meaning_of(ValueError("a fault")) is None
    assert meaning_of(duckdb.BinderException("no such column")) is None


def test_of_an_error_of_dbt_the_sentence_is_told() -> None:
    message = (
        "Compilation Error in model int_a (models/int_a.sql)\n"
        "  Attribution model mine in seeds/definitions: its weights add up to 0.9, not to 1.\n"
        "  \n  > in macro check_attribution_model (macros/attribution/attribution_models.sql)\n"
        "  > called by model int_a (models/int_a.sql)"
    )
    assert sentence(message) == (
        "Attribution model mine in seeds/definitions: its weights add up to 0.9, not to 1."
    )
    assert place(message) == " at model int_a (models/int_a.sql)"
    assert place(message.replace("model int_a (models/int_a.sql)", "operation x (./x.yml)")) == ""


def result(kind: str, name: str, path: str, status: str, message: str, sql: str = "") -> Any:
    """Return what dbt says of a node that failed."""
    config: dict[str, Any] = {"meta": {}}
    node = SimpleNamespace(
        resource_type=kind, name=name, original_file_path=path, config=config, compiled_code=sql
    )
    return SimpleNamespace(node=node, status=status, message=message)


def told_of(one: Any, warehouse: Path, *, developer: bool = False) -> str:
    return "\n".join(failure_lines([one], warehouse, Path("dbt.log"), developer=developer))


def test_a_failed_check_is_told_with_its_rows_and_what_to_do(warehouse: Path) -> None:
    duckdb.connect(str(warehouse)).close()
    sql = "select 'deal' || n as opportunity_id, null as unknown from range(5) as r (n) -- all"
    failed = result("test", "each_deal_is_won_once", "tests/a.sql", "fail", "Got 5 results", sql)
    told = told_of(failed, warehouse)
    assert told.startswith("FAILED check: each deal is won once\n  where  tests/a.sql\n")
    assert "  row    opportunity_id deal0\n" in told
    assert "deal3" not in told
    assert "Got 5 results" not in told
    assert "mend them there and load again" in told


def test_a_failed_check_of_a_definition_names_its_file(warehouse: Path) -> None:
    failed = result("test", "a_b", "seeds/definitions/regions.yml", "fail", "Got 1 result")
    assert "mend the rows in seeds/definitions/regions.csv" in told_of(failed, warehouse)


def test_what_differs_in_a_worked_example_is_for_developers(warehouse: Path) -> None:
    failed = result("unit_test", "a_b", "models/a.yml", "fail", "@@ ,\x1b[31ma,b\x1b[0m")
    told = told_of(failed, warehouse)
    assert "the project is at fault, not your data" in told
    assert "@@" not in told
    assert "@@" in told_of(failed, warehouse, developer=True)


def test_a_model_that_met_a_full_disk_says_so(warehouse: Path) -> None:
    message = "Runtime Error in model a (models/a.sql)\n  IO Error: No space left on device"
    told = told_of(result("model", "a", "models/a.sql", "error", message), warehouse)
    assert told.startswith("FAILED model a: the disk is full (IO Error: No space left on device)")


@pytest.mark.parametrize(
    ("raised", "code", "told"),
    [
        (KeyboardInterrupt(), 130, "stopped; what was done stays"),
        (OSError(28, "No space left on device", "/x"), 2, "the disk is full"),
    ],
)
def test_a_command_that_is_stopped_ends_in_a_sentence(
    raised: BaseException,
    code: int,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def stop(*_: object) -> bool:
        raise raised

    monkeypatch.setattr("touchstone.summary.print_summary", stop)
    assert main(["summary"]) == code
    assert told in capsys.readouterr().err


def test_the_worked_examples_have_settings_of_their_own() -> None:
    text = (PROJECT / "macros/settings.sql").read_text(encoding="utf-8")
    own = text.split("macro example_settings()")[1].split("return(")[1].split("})")[0] + "}"
    pinned = yaml.safe_load(own)
    technical = {"source_schemas", "source_databases", "whole_build_above_percent"}
    assert pinned.keys() == project_settings(PROJECT).keys() - technical
