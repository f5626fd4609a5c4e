"""Every public mart of two engines, held against each other: the same rows, to the last digit."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from touchstone.load.files import quoted

SHOWN_ROWS = 5
# Types that say the same on the two engines, in one word.
SAME_TYPE = {
    "INTEGER": "INTEGER",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
    "DATE": "DATE",
}


@dataclass
class Column:
    """A column, its type on each side, and whether its values are the same ones."""

    name: str
    types: tuple[str, str]
    is_same: bool = True


@dataclass
class Comparison:
    """What holding one table of Spark against that of DuckDB has found."""

    table: str
    row_counts: tuple[int, int] = (0, 0)  # DuckDB, Spark
    only_counts: tuple[int, int] = (0, 0)  # rows that one side has and the other has not
    columns: list[Column] = field(default_factory=list)
    missing_columns: tuple[list[str], list[str]] = field(default_factory=lambda: ([], []))
    digests: tuple[str, str] = ("", "")
    examples: tuple[list[dict[str, str]], list[dict[str, str]]] = field(
        default_factory=lambda: ([], [])
    )
    problem: str = ""

    @property
    def is_same(self) -> bool:
        """Whether rows, columns and types are the same."""
        return (
            not self.problem
            and self.only_counts == (0, 0)
            and not any(self.missing_columns)
            and not self.type_changes()
        )

    def type_changes(self) -> list[Column]:
        """Return the columns whose type is another on the other side."""
        return [
            column for column in self.columns if _plain(column.types[0]) != _plain(column.types[1])
        ]

    def changed_columns(self) -> list[str]:
        """Return the columns whose values, taken by themselves, are not the same."""
        return [column.name for column in self.columns if not column.is_same]


def compare(
    connection: duckdb.DuckDBPyConnection, table: str, ours: str, theirs: str
) -> Comparison:
    """Hold two relations against each other, row by row, whatever their order.

    Args:
        connection: one that sees both.
        table: the name to report.
        ours: SQL of DuckDB's rows, such as core.accounts.
        theirs: SQL of Spark's rows, such as read_parquet('...').
    """
    result = Comparison(table)
    types = _types(connection, ours), _types(connection, theirs)
    shared = [name for name in types[0] if name in types[1]]
    result.columns = [Column(name, (types[0][name], types[1][name])) for name in shared]
    result.missing_columns = (
        [name for name in types[0] if name not in types[1]],
        [name for name in types[1] if name not in types[0]],
    )
    if list(types[0]) != list(types[1]) and not any(result.missing_columns):
        result.problem = f"the columns stand in another order: {', '.join(types[1])}"
    if not shared:
        result.problem = "no column has the same name on both sides"
        return result
    for number, sql in enumerate((ours, theirs)):
        connection.execute(
            f"create or replace temporary view side_{number} as select "
            + ", ".join(_value(name, types[number][name]) for name in shared)
            + f" from {sql}"
        )
    _count(connection, result, shared)
    if result.only_counts != (0, 0):
        for column in result.columns:
            column.is_same = _only(connection, [column.name], 0, count=True) == [(0,)] and _only(
                connection, [column.name], 1, count=True
            ) == [(0,)]
        result.examples = (_examples(connection, shared, 0), _examples(connection, shared, 1))
    return result


def tables_of_marts(nodes: Iterable[dict[str, object]]) -> list[tuple[str, str]]:
    """Return (schema, table) of the public marts among the nodes of a dbt manifest."""
    return _tables(nodes, "model", {"marts"})


def seeds_of(nodes: Iterable[dict[str, object]]) -> list[tuple[str, str]]:
    """Return (schema, table) of the definitions and agreed numbers among the nodes."""
    return _tables(nodes, "seed", {"definitions", "expected"})


def _tables(
    nodes: Iterable[dict[str, object]], kind: str, folders: set[str]
) -> list[tuple[str, str]]:
    found = []
    for node in nodes:
        path = node.get("fqn")
        if node["resource_type"] == kind and isinstance(path, list) and path[1] in folders:
            found.append((str(node["schema"]), str(node["alias"])))
    return sorted(found)


def parquet(folder: Path) -> str:
    """Return the SQL of the Parquet files that Spark has written into a folder."""
    place = str(folder / "*.parquet").replace("'", "''")
    return f"read_parquet('{place}')"


def _count(connection: duckdb.DuckDBPyConnection, result: Comparison, shared: list[str]) -> None:
    counts, digests = [], []
    row_text = ", ".join(f"coalesce(cast({quoted(name)} as varchar), '\\N')" for name in shared)
    for number in (0, 1):
        row = connection.execute(
            "select count(*), coalesce(sum(md5_number_lower("
            f"concat_ws(chr(31), {row_text}))::hugeint), 0) % 18446744073709551616 "
            f"from side_{number}"
        ).fetchone()
        assert row is not None
        counts.append(int(row[0]))
        digests.append(f"{int(row[1]):016x}")
    result.row_counts = counts[0], counts[1]
    result.digests = digests[0], digests[1]
    result.only_counts = (
        int(_only(connection, shared, 0, count=True)[0][0]),
        int(_only(connection, shared, 1, count=True)[0][0]),
    )


def _only(
    connection: duckdb.DuckDBPyConnection, names: list[str], side: int, *, count: bool
) -> list[tuple[Any, ...]]:
    columns = ", ".join(quoted(name) for name in names)
    rows = f"select {columns} from side_{side} except all select {columns} from side_{1 - side}"
    if count:
        return connection.execute(f"select count(*) from ({rows})").fetchall()
    return connection.execute(f"select * from ({rows}) order by all limit {SHOWN_ROWS}").fetchall()


def _examples(
    connection: duckdb.DuckDBPyConnection, shared: list[str], side: int
) -> list[dict[str, str]]:
    rows = _only(connection, shared, side, count=False)
    return [
        dict(zip(shared, ["" if v is None else str(v) for v in row], strict=True)) for row in rows
    ]


def _types(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, str]:
    rows = connection.execute(f"describe select * from {sql}").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def _value(name: str, data_type: str) -> str:
    if data_type == "TIMESTAMP WITH TIME ZONE":
        return f"{quoted(name)} at time zone 'UTC' as {quoted(name)}"
    return quoted(name)


def _plain(data_type: str) -> str:
    return SAME_TYPE.get(data_type, data_type)
