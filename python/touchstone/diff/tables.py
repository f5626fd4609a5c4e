"""Public tables on both sides: columns that came, went or have another type, and changed rows."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from touchstone.diff.movements import AFTER, BEFORE
from touchstone.metrics.values import TABLE as METRIC_VALUES

# Tables that list definitions: what differs there is told as a changed definition.
OF_DEFINITIONS = frozenset(
    {
        METRIC_VALUES,
        "attribution.attribution_model_definitions",
        "quality.definitions",
        "quality.definition_versions",
        "quality.definitions_used",
        "quality.remembered_numbers",
        "quality.settings",
    }
)


@dataclass(frozen=True)
class TableChange:
    """A public table, or a column of it, that is not what it was.

    Attributes:
        column: None where the whole table came or went.
        old: type before; empty where it is new.
        new: type now; empty where it is gone.
        renamed_to: a new column with the same content, where there is one.
        reaches: metrics that read it.
    """

    table: str
    column: str | None
    old: str
    new: str
    renamed_to: str = ""
    reaches: frozenset[str] = frozenset()

    @property
    def is_breaking(self) -> bool:
        """Say whether somebody who reads it will miss it."""
        return bool(self.old)

    @property
    def name(self) -> str:
        """Return schema.table or schema.table.column."""
        return f"{self.table}.{self.column}" if self.column else self.table


@dataclass(frozen=True)
class RowChange:
    """How many rows of a public table are only on one side."""

    table: str
    only_before: int
    only_after: int


Columns = Mapping[str, Mapping[str, str]]


def public_columns(
    connection: duckdb.DuckDBPyConnection, alias: str, schemas: frozenset[str]
) -> dict[str, dict[str, str]]:
    """Return the columns of the public tables of a side: schema.table -> column -> type."""
    found: dict[str, dict[str, str]] = {}
    for schema, table, column, kind in connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where database_name = $1 and list_contains($2, schema_name) "
        "order by schema_name, table_name, column_index",
        [alias, sorted(schemas)],
    ).fetchall():
        found.setdefault(f"{schema}.{table}", {})[column] = kind
    return found


def compare_columns(
    connection: duckdb.DuckDBPyConnection, before: Columns, after: Columns
) -> list[TableChange]:
    """Return what differs in the columns of public tables."""
    changes: list[TableChange] = []
    for table in sorted(before.keys() | after.keys()):
        old, new = before.get(table), after.get(table)
        if old is None or new is None:
            kind = "table"
            changes.append(TableChange(table, None, kind if old else "", kind if new else ""))
            continue
        gone, come = old.keys() - new.keys(), new.keys() - old.keys()
        for column in [name for name in old if name in gone]:
            alike = [name for name in new if name in come and new[name] == old[column]]
            renamed = next(
                (name for name in alike if _is_same(connection, table, column, name)), ""
            )
            changes.append(TableChange(table, column, old[column], "", renamed))
        changes += [TableChange(table, name, "", new[name]) for name in new if name in come]
        changes += [
            TableChange(table, name, old[name], new[name])
            for name in old
            if name in new and old[name] != new[name]
        ]
    return changes


def _is_same(connection: duckdb.DuckDBPyConnection, table: str, old: str, new: str) -> bool:
    """Say whether two columns hold the same values, in any order."""
    [(is_same,)] = connection.execute(
        f'select (select (count(*), sum(hash("{old}"))) from {BEFORE}.{table}) = '
        f'(select (count(*), sum(hash("{new}"))) from {AFTER}.{table})'
    ).fetchall()
    return bool(is_same)


def compare_rows(
    connection: duckdb.DuckDBPyConnection,
    before: Columns,
    after: Columns,
    *,
    old: str = BEFORE,
    new: str = AFTER,
) -> list[RowChange]:
    """Return the public tables whose rows differ in the columns that both sides have."""
    changes = []
    for table in sorted((before.keys() & after.keys()) - OF_DEFINITIONS):
        shared = [name for name in before[table] if name in after[table]]
        listed = ", ".join(f'"{name}"' for name in shared)
        sums = [
            f"(select (count(*), sum(hash({listed}))) from {side}.{table})" for side in (old, new)
        ]
        [(is_same,)] = connection.execute(
            f"select {sums[0]} is not distinct from {sums[1]}"
        ).fetchall()
        if is_same:
            continue
        counted = [
            f"(select hash({listed}) as row, count(*) as times from {side}.{table} group by 1)"
            for side in (old, new)
        ]
        [(gone, come)] = connection.execute(
            "select sum(greatest(coalesce(b.times, 0) - coalesce(a.times, 0), 0)), "
            "sum(greatest(coalesce(a.times, 0) - coalesce(b.times, 0), 0)) "
            f"from {counted[0]} as b full join {counted[1]} as a using (row)"
        ).fetchall()
        changes.append(RowChange(table, int(gone), int(come)))
    return changes
