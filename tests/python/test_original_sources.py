"""The ledger of original sources: what was first seen stays, whatever the CRM says later."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

PROJECT = Path(__file__).resolve().parents[2]
LEDGER = "intermediate.int_people_original_sources"


@pytest.fixture
def dbt(tmp_path: Path) -> Callable[..., None]:
    environment = {
        **os.environ,
        "TOUCHSTONE_WAREHOUSE": str(tmp_path / "warehouse.duckdb"),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
    }

    def run(*arguments: str) -> None:
        command = [sys.executable, "-m", "dbt.cli.main", "--quiet", *arguments]
        places = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
        done = subprocess.run(
            [*command, *places], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    return run


def rows(warehouse: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(warehouse)) as connection:
        return connection.execute(query).fetchall()


def test_a_later_edit_in_the_crm_and_a_full_refresh_change_no_original_source(
    dbt: Callable[..., None], tmp_path: Path
) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    every_source = f"from {LEDGER} order by all"
    dbt("build", "--select", "+int_people_original_sources", "--resource-type", "seed", "model")
    first_seen = rows(warehouse, every_source)
    assert len(first_seen) > 1000

    newcomer = "(select * replace ('00Q000000000099AAA' as id, 'Newcomer' as lead_source) "
    rows(warehouse, f"insert into raw.crm__leads {newcomer} from raw.crm__leads limit 1)")
    rows(
        warehouse,
        "update raw.crm__leads set lead_source = 'Edited' where lead_source <> 'Newcomer'",
    )
    rows(warehouse, "update raw.crm__contacts set lead_source = 'Edited'")
    rows(warehouse, "delete from raw.crm__lead_changes")
    dbt("run", "--partial-parse", "--full-refresh", "--select", "+int_people_original_sources")

    edited = rows(
        warehouse, "from intermediate.int_people_records_gathered where lead_source = 'Edited'"
    )
    assert len(edited) > 1000
    now = rows(warehouse, every_source)
    assert [row for row in now if row[2] not in ("Newcomer", "Edited")] == first_seen
    assert [row[1] for row in now if row[2] == "Newcomer"] == ["00Q000000000099AAA"]
