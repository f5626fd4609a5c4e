"""The raw tables of a small made-up company, changing from day to day as loaders land them."""

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import duckdb
import pyarrow as pa

from touchstone.load.contract import Table, read_contract
from touchstone.load.files import quoted
from touchstone.sample.command import write_sample
from touchstone.sample.contracts import read_contracts
from touchstone.sample.parameters import settings_of

Row = dict[str, str | None]
STAMP = "%Y-%m-%d %H:%M:%S"
# When a row came to be, by the first of these columns that a table has. Tables without one (users,
# rates, the plan, ad accounts) are there from the first day.
ARRIVALS = ("received_at", "created_date", "date", "day", "signal_date", "invoice_date")
NEWNESS = ("_fivetran_synced", "received_at", "updated_at", "last_modified_time", "updated_time")


def moment(text: str | None) -> datetime | None:
    """Read a date or a stamp; none when it is neither."""
    try:
        return datetime.fromisoformat(text[:19]) if text else None
    except ValueError:
        return None


@dataclass
class World:
    """What has landed so far, and what is still to come."""

    contracts: dict[str, Table]
    landed: dict[str, list[Row]]
    coming: dict[str, list[tuple[datetime, Row]]]
    now: datetime
    appends: bool  # whether a changed row is appended as a newer version, or overwritten
    buried: list[tuple[str, Row]] = field(default_factory=list)
    emptied: dict[str, list[Row]] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    last_batch: list[tuple[str, Row]] = field(default_factory=list)
    made: int = 0

    def stamp(self, dice: Random, days_ago: float = 0) -> str:
        """Return a moment of today, or of some days ago."""
        seconds = dice.randrange(8 * 3600, 18 * 3600) - 24 * 3600
        return (self.now + timedelta(seconds=seconds) - timedelta(days=days_ago)).strftime(STAMP)

    def new_id(self, prefix: str) -> str:
        """Return an id that is not taken, with a prefix of three letters."""
        self.made += 1
        return f"{prefix}n{self.made:011d}AAA"

    def key(self, label: str, row: Row) -> tuple[str | None, ...]:
        """Return what makes a row the same row; both spellings of a CRM id are one."""
        parts = [row[name] for name in self.contracts[label].key]
        return tuple(part[:15] if part and label.startswith("crm.") else part for part in parts)

    def pick(
        self, label: str, dice: Random, only: Callable[[Row], object] | None = None
    ) -> Row | None:
        """Return one of the rows, or none when none fits."""
        rows = [row for row in self.landed[label] if only is None or only(row)]
        return dice.choice(rows) if rows else None

    def add(self, label: str, row: Row) -> None:
        """Land a row."""
        whole: Row = {column.name: row.get(column.name) for column in self.contracts[label].columns}
        assert set(row) <= set(whole), f"{label} has no {set(row) - set(whole)}"
        self.landed[label].append(whole)
        self.last_batch.append((label, whole))

    def like(self, label: str, template: Row, **values: str | None) -> Row:
        """Land a row like another one."""
        row = {**template, **values}
        self.add(label, row)
        return self.landed[label][-1]

    def change(self, label: str, row: Row, dice: Random, **values: str | None) -> None:
        """Change a row in the way of the loader: overwrite it, or append a newer version."""
        newer = {name: self.stamp(dice) for name in NEWNESS if name in row}
        changed = {**row, **newer, **values}
        if not self.appends:
            self.landed[label] = [other for other in self.landed[label] if other is not row]
        self.add(label, changed)

    def remove(self, label: str, row: Row) -> None:
        """Delete a row and all its versions, as a loader that syncs deletes does."""
        key = self.key(label, row)
        gone = [other for other in self.landed[label] if self.key(label, other) == key]
        self.landed[label] = [
            other for other in self.landed[label] if self.key(label, other) != key
        ]
        self.buried += [(label, other) for other in gone]

    def arrive(self) -> int:
        """Land what has come to be by now."""
        count = 0
        for label, waiting in self.coming.items():
            for moment_of_row, row in waiting:
                if moment_of_row <= self.now:
                    self.add(label, row)
                    count += 1
            self.coming[label] = [(when, row) for when, row in waiting if when > self.now]
        return count


def small_company(
    project: Path, folder: Path, accounts: int, months: int, seed: int
) -> dict[str, list[Row]]:
    """Return the raw rows of a generated company, with all its planted faults, as text."""
    contracts, whole = read_contracts(project), read_contract(project)
    write_sample(contracts, folder, folder / "truth", settings_of(accounts, months, seed), "csv")
    tables = {}
    for contract in contracts.values():
        label = f"{contract.system}.{contract.table}"
        path = folder / contract.system / f"{contract.name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            # a column that the sample has for some faults only is there, and empty
            empty = dict.fromkeys(column.name for column in whole[label].columns)
            tables[label] = [
                {**empty, **{name: value or None for name, value in row.items()}}
                for row in csv.DictReader(file)
            ]
    return tables


def begin(project: Path, tables: dict[str, list[Row]], dice: Random, appends: bool) -> World:
    """Cut the company's life in two: what is there on the first day, and what comes later."""
    contracts = read_contract(project)
    dated = [
        when
        for label, rows in tables.items()
        for when in (arrival(contracts[label], row) for row in rows)
        if when and label in ("crm.leads", "web.page_views", "crm.tasks")
    ]
    first, last = min(dated), max(dated)
    cut = first + (last - first) * dice.uniform(0.3, 0.8)
    world = World(
        contracts,
        {label: [] for label in contracts},
        {label: [] for label in contracts},
        cut,
        appends,
    )
    for label, rows in tables.items():
        for row in rows:
            when = arrival(contracts[label], row)
            if when and dice.random() < 0.08:
                when += timedelta(days=dice.uniform(1, 45))
            if when is None or when <= cut:
                world.landed[label].append(row)
            else:
                world.coming[label].append((when, row))
    return world


def arrival(table: Table, row: Row) -> datetime | None:
    """Return when a row came to be."""
    names = {column.name for column in table.columns}
    column = next((name for name in ARRIVALS if name in names), None)
    return moment(row[column]) if column else None


def land(
    connection: duckdb.DuckDBPyConnection,
    world: World,
    before: dict[str, list[Row]],
    typed: frozenset[str],
    dice: Random,
) -> None:
    """Write what differs from the last landing: by whole tables or row by row."""
    for label, table in world.contracts.items():
        place = f"{quoted(table.schema)}.{quoted(table.identifier)}"
        connection.execute(f"create schema if not exists {quoted(table.schema)}")
        if label in world.absent:
            connection.execute(f"drop table if exists {place}")
            continue
        rows = world.landed[label]
        exists = label in before
        if exists and before[label] == rows:
            continue
        if exists and label not in typed and dice.random() < 0.5:
            _land_difference(connection, place, table, before[label], rows)
        else:
            shuffled = dice.sample(rows, len(rows))
            connection.execute(f"drop table if exists {place}")
            connection.execute(
                f"create table {place} as {_as_select(connection, table, shuffled, label in typed)}"
            )


def _land_difference(
    connection: duckdb.DuckDBPyConnection,
    place: str,
    table: Table,
    before: list[Row],
    rows: list[Row],
) -> None:
    """Delete and insert the rows whose number differs; a key may have several versions."""
    had, has = (Counter(tuple(row.values()) for row in each) for each in (before, rows))
    differing = [values for values in had | has if had[values] != has[values]]
    names = [column.name for column in table.columns]
    gone = [dict(zip(names, values, strict=True)) for values in differing if had[values]]
    new = [
        dict(zip(names, values, strict=True)) for values in differing for _ in range(has[values])
    ]
    if gone:
        same = " and ".join(
            f"standing.{quoted(name)} is not distinct from gone.{quoted(name)}" for name in names
        )
        rows_gone = _as_select(connection, table, gone, False)
        connection.execute(
            f"delete from {place} as standing using ({rows_gone}) as gone where {same}"
        )
    if new:
        connection.execute(f"insert into {place} {_as_select(connection, table, new, False)}")


def _as_select(
    connection: duckdb.DuckDBPyConnection, table: Table, rows: list[Row], is_typed: bool
) -> str:
    names = [column.name for column in table.columns]
    texts = ", ".join(f"{quoted(name)} varchar" for name in names)
    connection.execute(f"create or replace temporary table landing ({texts})")
    if rows:
        arrow = pa.table(
            {name: pa.array([row[name] for row in rows], pa.string()) for name in names}
        )
        connection.register("landing_rows", arrow)
        connection.execute("insert into landing from landing_rows")
        connection.unregister("landing_rows")
    columns = [
        f"try_cast({quoted(column.name)} as {column.data_type}) as {quoted(column.name)}"
        if is_typed
        else quoted(column.name)
        for column in table.columns
    ]
    return f"select {', '.join(columns)} from landing"


def copy_of(landed: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Return the rows as they are now; rows themselves never change."""
    return {label: list(rows) for label, rows in landed.items()}
