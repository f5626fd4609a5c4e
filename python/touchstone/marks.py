"""What a build that did not end well has left in the warehouse: said wherever numbers are read."""

import datetime
import json
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from touchstone.project import connect

UNFINISHED = "maintenance.unfinished"
PUBLIC_TABLES = "maintenance.public_tables"
SHOWN_NODES, SHOWN_TABLES = 3, 8


def read_marks(warehouse: Path) -> list[str]:
    """Return what is wrong with the builds of a warehouse, a sentence each; empty when all is well.

    Args:
        warehouse: the DuckDB file; it is opened read-only.
    """
    if not warehouse.exists():
        return []
    with connect(warehouse, read_only=True) as connection:
        return marks_in(connection)


def marks_in(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return what is wrong with the builds of an open warehouse."""
    tables = {
        f"{schema}.{name}"
        for schema, name in connection.execute(
            "select schema_name, table_name from duckdb_tables() "
            "where database_name = current_database()"
        ).fetchall()
    }
    lines: list[str] = []
    if UNFINISHED in tables:
        lines += _unfinished(connection, tables)
    if PUBLIC_TABLES in tables:
        lines += _mixed_settings(connection, tables)
    return lines


def _unfinished(connection: duckdb.DuckDBPyConnection, tables: set[str]) -> Iterator[str]:
    rows = connection.execute(
        f"select since, node_kind, node_name, table_name, outcome from {UNFINISHED} order by all"
    ).fetchall()
    for since, kind, name, _, outcome in rows:
        if outcome == "begun":
            what = "a build" if kind == "build" else f"the step {name!r} after a build"
            yield (
                f"{what} began {_moment(since)} and did not end (stopped, or out of memory or "
                "disk); build again: touchstone build"
            )
    ended = [row for row in rows if row[4] != "begun"]
    if not ended:
        return
    failed = [f"{kind} {name}" for _, kind, name, _, outcome in ended if outcome != "skipped"]
    public = [table for _, _, _, table, _ in ended if table]
    old = [table for table in public if table in tables]
    missing = [table for table in public if table not in tables]
    when = max(row[0] for row in ended)
    yield f"the build of {_moment(when)} failed at {_some(failed) or 'a step before'}"
    if old:
        yield f"of an earlier build, so old: {_some(old, SHOWN_TABLES)}"
    if missing:
        yield f"missing: {_some(missing, SHOWN_TABLES)}"
    yield "mend what failed and build again: touchstone build"


def _mixed_settings(connection: duckdb.DuckDBPyConnection, tables: set[str]) -> Iterator[str]:
    by_settings: dict[str, list[str]] = defaultdict(list)
    rows = connection.execute(
        f"select settings, table_name from {PUBLIC_TABLES} order by built_at, table_name"
    ).fetchall()
    for settings, name in rows:
        if name in tables:
            by_settings[settings].append(name)
    if len(by_settings) < 2:
        return
    read = {text: json.loads(text) for text in by_settings}
    names = sorted(set().union(*read.values()))
    differing = [name for name in names if len({one.get(name) for one in read.values()}) > 1]
    yield "public tables were built under different settings, so they do not belong together:"
    for text, built in by_settings.items():
        told = ", ".join(f"{name} {read[text].get(name) or '(empty)'}" for name in differing)
        yield f"  {told}: {_some(built, SHOWN_TABLES)}"
    yield "build all of them under one: touchstone build"


def _moment(since: datetime.datetime) -> str:
    return f"{since:%Y-%m-%d %H:%M} UTC"


def _some(names: Sequence[str], most: int = SHOWN_NODES) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


@contextmanager
def step(warehouse: Path, name: str) -> Iterator[None]:
    """Mark a step that follows a build as begun until it has ended well."""
    key = f"step {name} {uuid.uuid4()}"
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None, microsecond=0)
    with connect(warehouse) as connection:
        connection.execute(
            f"insert into {UNFINISHED} values ($1, 'step', $2, null, 'begun', null, $3, null)",
            [key, name, now],
        )
    yield
    with connect(warehouse) as connection:
        connection.execute(f"delete from {UNFINISHED} where node_id = $1", [key])
