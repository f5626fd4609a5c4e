"""The findings as rows of the warehouse: quality.guard_results."""

import datetime
from collections.abc import Sequence
from pathlib import Path

from touchstone.checks.checking import Finding
from touchstone.project import connect

TABLE = "quality.guard_results"
COLUMNS = {
    "checked_at": "timestamp",
    "guard": "varchar",
    "edge": "varchar",
    "table_name": "varchar",
    "severity": "varchar",
    "outcome": "varchar",
    "observed": "varchar",
    "limit_text": "varchar",
    "seen_count": "bigint",
    "row_count": "bigint",
    "sample_keys": "varchar",
    "definition": "varchar",
    "definition_version": "integer",
}


def keep(warehouse: Path, findings: Sequence[Finding], checked_at: datetime.datetime) -> None:
    """Add the findings of one check; UserError when the file is open elsewhere."""
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    rows = [
        [
            checked_at.replace(tzinfo=None),
            finding.guard.name,
            finding.guard.edge,
            finding.table,
            finding.guard.severity,
            finding.outcome,
            finding.observed,
            finding.limit,
            finding.seen_count,
            finding.row_count,
            finding.sample_keys,
            finding.guard.definition,
            finding.guard.version,
        ]
        for finding in findings
    ]
    with connect(warehouse) as connection:
        connection.execute("begin")
        connection.execute("create schema if not exists quality")
        connection.execute(f"create table if not exists {TABLE} ({columns})")
        connection.execute(
            f"comment on table {TABLE} is 'One row per check, guard and table: what touchstone "
            "check found. Rows are added by each check and never changed.'"
        )
        if rows:
            places = ", ".join("?" for _ in COLUMNS)
            connection.executemany(f"insert into {TABLE} values ({places})", rows)
        connection.execute("commit")
