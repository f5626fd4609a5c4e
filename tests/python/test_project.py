"""A warehouse file that cannot be used: one line that says why and what to do."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from touchstone.errors import UserError
from touchstone.project import connect, project_directory
from touchstone.summary import _lines

# What DuckDB 1.2.2 says of a file written by 2.0 in its own format.
NEWER_FILE = (
    "IO Error: Trying to read a database file with version number 999, "
    "but we can only read versions between 64 and 68."
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    duckdb.connect(str(path)).execute("create table numbers as select 1 as one").close()
    return path


def test_a_file_open_in_another_program_names_the_way_out(warehouse: Path) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import duckdb; held = duckdb.connect({str(warehouse)!r}); print(flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(UserError, match=r"open in another program.*TOUCHSTONE_WAREHOUSE"):
            connect(warehouse)
    finally:
        holder.communicate(b"\n")


def test_a_file_of_a_newer_duckdb_says_to_build_again(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise duckdb.IOException(NEWER_FILE)

    monkeypatch.setattr(duckdb, "connect", refuse)
    with pytest.raises(UserError, match=r"written by a DuckDB .* cannot read.*make clean"):
        connect(warehouse)


def test_a_file_that_is_not_duckdb_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "notes.duckdb"
    path.write_text("these are my notes, " * 500)
    with pytest.raises(UserError, match="not a DuckDB file"):
        connect(path)
    assert path.read_text().startswith("these are my notes")


def test_a_missing_file_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist yet"):
        connect(tmp_path / "none.duckdb", read_only=True)


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere"):
        connect(tmp_path / "nowhere" / "warehouse.duckdb")


def test_the_project_is_found_from_a_folder_inside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).resolve().parents[2]
    monkeypatch.chdir(root / "models" / "staging")
    assert project_directory() == root


def test_a_summary_of_data_without_days_names_none() -> None:
    rows = (3, 7, 0)
    without = _lines(Path("x.duckdb"), rows, (None, None), [])
    assert without[1].endswith("in 3 source tables")
    with_days = _lines(Path("x.duckdb"), rows, ("2024-01-01", "2024-02-01"), [])
    assert with_days[1].endswith("in 3 source tables, 2024-01-01 to 2024-02-01")
