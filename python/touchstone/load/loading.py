"""Loads a company: every file opened first, then all tables written and swapped in together."""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import duckdb

from touchstone.errors import UserError, without_emails
from touchstone.load.contract import (
    LANDED_AT,
    STAMPS_OF_LOADERS,
    VERSION_COLUMNS,
    Table,
    read_contract,
)
from touchstone.load.files import Parameters, Source, check_folder, open_source, quoted
from touchstone.load.ids import judge_ids, without_decimals
from touchstone.load.landed import Landed, Quarantined, address
from touchstone.load.mapping import FileEntry, Mapping, Origin, Part, listed
from touchstone.load.numbers import WIDTH, columns_of_evidence, evidence, judge
from touchstone.load.repeats import (
    BREAKDOWN,
    CONTENT,
    Repeated,
    ask_about_totals,
    ask_which_counts,
    breakdown,
    find_repeated,
)
from touchstone.load.unmapped import Unmapped, find_unmapped
from touchstone.load.values import Expressions, alias_of, fits, joined_on, pieces, split_rows
from touchstone.project import connect
from touchstone.settings import keep, kept_in, read_kept, settings_of_load

_MARK = "Written by touchstone load"
_HAS_A_VALUE = "_has_a_value"
_LOADS = "loaded.loads"


@dataclass
class LoadedTable:
    """What became of one source table."""

    table: Table
    columns: list[str]
    files: list[str]
    row_count: int
    left_out_count: int = 0
    filters: list[str] = field(default_factory=list)
    repeated: Repeated = field(default_factory=Repeated)
    notes: list[str] = field(default_factory=list)
    anonymous_count: int = 0


@dataclass
class Outcome:
    """What a load did, for the closing summary."""

    mapping: Mapping
    folder: Path
    warehouse: Path
    is_check: bool
    is_appended: bool = False
    tables: list[LoadedTable] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    unused_columns: list[tuple[str, list[str]]] = field(default_factory=list)
    missing: list[Table] = field(default_factory=list)
    changed_settings: list[str] = field(default_factory=list)
    unmapped: list[Unmapped] = field(default_factory=list)


def load(
    folder: Path,
    mapping: Mapping,
    project: Path,
    warehouse: Path,
    *,
    check: bool = False,
    append: bool = False,
) -> Outcome:
    """Load the files of a folder by a mapping; on any mistake the warehouse stays as it was.

    Args:
        folder: where the files are.
        mapping: what they are.
        project: folder of dbt_project.yml.
        warehouse: the DuckDB file of dbt.
        check: do everything in a scratch file and leave the warehouse alone.
        append: add the rows to those of earlier loads instead of taking their place.
    """
    check_folder(folder)
    outcome = Outcome(mapping, folder, warehouse, check, append)
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=warehouse.parent, prefix=".touchstone_load_") as scratch:
        target = Path(scratch) / "check.duckdb" if check else warehouse
        with _transaction(target) as connection:
            kept = read_kept(warehouse) if check and append else kept_in(connection)
            settings = settings_of_load(project, kept, mapping.settings, append=append)
            zone = str(settings["reporting_time_zone"])
            run = _Run(folder, mapping, Path(scratch), connection, outcome, zone)
            run.open_files()
            run.write_tables(read_contract(project))
            run.write_down()
            outcome.unmapped = find_unmapped(
                connection,
                read_contract(project),
                {done.table.label: done.columns for done in outcome.tables},
                project,
                str(settings["reporting_currency"]),
            )
            outcome.changed_settings = keep(
                connection, mapping.company, mapping.settings, append=append
            )
    outcome.missing = [
        table
        for table in read_contract(project).values()
        if table.label not in {done.table.label for done in outcome.tables}
    ]
    return outcome


@contextmanager
def _transaction(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """All or nothing: a file that was not there before is removed again when anything fails."""
    was_there = path.exists()
    connection = connect(path)
    is_done = False
    try:
        connection.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")
        connection.execute("begin")
        yield connection
        connection.execute("commit")
        is_done = True
    finally:
        if not is_done:
            with suppress(duckdb.Error):  # the disk is full: the engine has rolled back itself
                connection.execute("rollback")
        connection.close()
        if not is_done and not was_there:
            path.unlink(missing_ok=True)


class _Run:
    """One load in progress."""

    def __init__(
        self,
        folder: Path,
        mapping: Mapping,
        scratch: Path,
        connection: duckdb.DuckDBPyConnection,
        outcome: Outcome,
        home_zone: str,
    ) -> None:
        self.folder = folder
        self.mapping = mapping
        self.scratch = scratch
        self.connection = connection
        self.outcome = outcome
        self.sources: dict[FileEntry, Source] = {}
        self.used: set[tuple[str, int]] = set()
        self.home_zone = home_zone
        self.number = self._next_number()

    def open_files(self) -> None:
        """Open every file and find every column the mapping names, before any row is read."""
        for part in self.mapping.parts:
            for entry in (part.file, *(join.file for join in part.joins)):
                if entry not in self.sources:
                    self.sources[entry] = open_source(
                        entry, self.folder, self.scratch, self.connection
                    )
            for name, origin in part.columns.items():
                fits(part.table.column(name), self._casts, origin)
            self._query(part, list(part.columns))

    def write_tables(self, contract: dict[str, Table]) -> None:
        """Write every table of the mapping, in the place of those of an earlier load or after."""
        self._meet_earlier(contract)
        labels = list(dict.fromkeys(part.table.label for part in self.mapping.parts))
        for number, label in enumerate(labels):
            parts = [part for part in self.mapping.parts if part.table.label == label]
            self._write_table(parts[0].table, parts, f"{number + 1}/{len(labels)}")
        for source in self.sources.values():
            unused = [
                name or f"(no name, column {place + 1})"
                for place, name in enumerate(source.header)
                if (source.entry.pattern, place) not in self.used
            ]
            if unused:
                self.outcome.unused_columns.append((source.name, unused))

    def write_down(self) -> None:
        """Add this load to the list of loads: its number is what its rows say of their age."""
        tables = self.outcome.tables
        self.connection.execute(
            f"insert into {_LOADS} values ($number, $loaded_at, $company, $way, $folder, $files, "
            "$row_count)",
            {
                "number": self.number,
                "loaded_at": datetime.now(UTC).replace(tzinfo=None, microsecond=0),
                "company": self.mapping.company,
                "way": "append" if self.outcome.is_appended else "replace",
                "folder": str(self.folder.resolve()),
                "files": sorted({name for done in tables for name in done.files}),
                "row_count": sum(done.row_count for done in tables),
            },
        )

    def _next_number(self) -> int:
        self.connection.execute("create schema if not exists loaded")
        self.connection.execute(
            f"create table if not exists {_LOADS} (load_number bigint, loaded_at timestamp, "
            "company varchar, way varchar, folder varchar, files varchar[], row_count bigint)"
        )
        row = self.connection.execute(
            f"select coalesce(max(load_number), 0) + 1 from {_LOADS}"
        ).fetchone()
        assert row is not None
        return int(row[0])

    def _casts(self, text: str, data_type: str) -> bool:
        row = self.connection.execute(
            f"select try_cast($text as {data_type}) is not null", {"text": text}
        ).fetchone()
        return bool(row and row[0])

    # one table

    def _meet_earlier(self, contract: dict[str, Table]) -> None:
        for table in contract.values():
            found = self.connection.execute(
                "select comment from duckdb_tables() "
                "where database_name = current_database() and schema_name = $schema and "
                "table_name = $name",
                {"schema": table.schema, "name": table.identifier},
            ).fetchone()
            if found is None:
                continue
            if found[0] != _MARK:
                raise UserError(
                    f"{self.outcome.warehouse} has a table {table.schema}.{table.identifier} "
                    "that touchstone load did "
                    "not write: load into another file (--warehouse other.duckdb), or drop that "
                    "table first"
                )
            if not self.outcome.is_appended:
                self.connection.execute(f"drop table {address(table)}")

    def _write_table(self, table: Table, parts: list[Part], step: str) -> None:
        begun = time.monotonic()
        mapped = [
            column for column in table.columns if any(column.name in part.columns for part in parts)
        ]
        definitions = [f"{quoted(column.name)} varchar" for column in mapped]
        asks = all(part.asks_which_counts for part in parts)
        is_cut = any(part.breakdown for part in parts) or self._has_column(table, BREAKDOWN)
        definitions += ["_source_file varchar", "_source_row bigint", "_load_number bigint"]
        versions = {name for part in parts for name in self._versions(part)}
        known = {*VERSION_COLUMNS, *STAMPS_OF_LOADERS} - {column.name for column in mapped}
        versions |= {name for name in known if self._has_column(table, name)}
        definitions += [f"{quoted(name)} varchar" for name in sorted(versions)]
        definitions += [f"{BREAKDOWN} varchar"] * is_cut + [f"{CONTENT} ubigint"] * asks
        self.connection.execute(f"create schema if not exists {quoted(table.schema)}")
        self.connection.execute(
            f"create table if not exists {address(table)} ({', '.join(definitions)})"
        )
        self.connection.execute(f"comment on table {address(table)} is '{_MARK}'")
        for definition in definitions:  # of an earlier load, which may have had fewer
            self.connection.execute(
                f"alter table {address(table)} add column if not exists {definition}"
            )
        done = LoadedTable(table, [column.name for column in mapped], [], 0)
        undeclared: set[str] = set()
        for part in parts:
            source = self.sources[part.file]
            _progress(f"  {step} {table.label}: reading {source.name} ({_size(source)})")
            undeclared |= self._write_part(part, [column.name for column in mapped], done, asks)
        done.notes += without_decimals(self.connection, table, mapped, parts)
        judge_ids(self.connection, table, mapped, parts)
        landed = Landed(self.connection, table, mapped)
        # Files named after our tables claim to be written as ours: what is not is a slip.
        landed.judge_formats(undeclared if self.mapping.path else set())
        done.notes += landed.placeholder_days()
        self.outcome.quarantined += landed.quarantined()
        if asks:
            read = [(part, self.sources[part.file]) for part in parts]
            told = sorted(versions)
            ask_which_counts(self.connection, table, mapped, read, told, self.number, is_cut)
            self.connection.execute(f"alter table {address(table)} drop column {CONTENT}")
        if table.is_cost:
            ask_about_totals(self.connection, table, mapped, is_cut)
        done.repeated = find_repeated(self.connection, table, mapped, sorted(versions), is_cut)
        done.anonymous_count = landed.anonymous_count()
        self.outcome.tables.append(done)
        _progress(
            f"  {step} {table.label}: {done.row_count:,} rows, {time.monotonic() - begun:.1f} s"
        )

    def _versions(self, part: Part) -> list[str]:
        """Return what the file says of the versions of its rows: no mapping need name it."""
        source = self.sources[part.file]
        names = [name for name in VERSION_COLUMNS if source.position(name) is not None]
        if self._takes_stamp(part.table):
            stamps = [name for name in STAMPS_OF_LOADERS if source.position(name) is not None]
            names += [name for name in stamps if self._are_moments(source, name)][:1]
        return names

    def _takes_stamp(self, table: Table) -> bool:
        """Return whether the landing of a row can decide, and the mapping does not say it.

        Not of cost: what differs there may be cuts of one day, landed a moment apart, and is asked.
        """
        if table.is_cost or LANDED_AT not in {column.name for column in table.columns}:
            return False
        parts = [part for part in self.mapping.parts if part.table.label == table.label]
        return not any(LANDED_AT in part.columns for part in parts)

    def _are_moments(self, source: Source, name: str) -> bool:
        """Return whether a column can be read without a word of the mapping, for it has none."""
        parameters = Parameters()
        cell = f"nullif(trim(cast(c{source.position(name)} as varchar)), '')"
        row = self.connection.execute(
            f"select coalesce(bool_and({cell} is null or try_cast({cell} as timestamp) is not null)"
            f", false) from ({source.rows(parameters)})",
            parameters.values,
        ).fetchone()
        return bool(row and row[0])

    def _has_column(self, table: Table, column: str) -> bool:
        row = self.connection.execute(
            "select count(*) from duckdb_columns() where database_name = current_database() and "
            "schema_name = $schema and table_name = $name and column_name = $column",
            {"schema": table.schema, "name": table.identifier, "column": column},
        ).fetchone()
        return bool(row and row[0])

    def _write_part(
        self, part: Part, columns: list[str], done: LoadedTable, asks: bool
    ) -> set[str]:
        source = self.sources[part.file]
        if not source.files[0].record_count:
            source.count(self.connection)
        self._check_joins(part)
        self._check_value_maps(part)
        fractions = self._judge_numbers(part, done)
        sql, parameters, expressions = self._query(part, columns, asks, fractions)
        try:
            inserted = self.connection.execute(
                f"insert into {address(part.table)} by name {sql}", parameters.values
            )
        except duckdb.Error as error:
            self._explain(part, error)
        row = inserted.fetchone()
        written = int(row[0]) if row else 0
        done.files += [file.name for file in source.files if file.name not in done.files]
        done.row_count += written
        done.left_out_count += source.record_count - self._taken(part, written, done)
        filters = part.filters
        if done.left_out_count and not filters:
            filters = ["no value in any column"]
        done.filters += [name for name in filters if name not in done.filters]
        return expressions.undeclared

    def _taken(self, part: Part, written: int, done: LoadedTable) -> int:
        """Return how many rows of the file were taken; split cells make more rows of them."""
        for split in part.splits:
            parameters = Parameters()
            first = self.sources[part.file]
            cell = f"c{first.position(split.column)}"
            count = f"len({pieces(cell, split, parameters)})"
            held = self._fetch(
                f"select count(*) from ({first.rows(parameters)}) where {count} > 1",
                parameters,
                part,
            )[0]
            taken = "the first of them counts" if split.takes_first else "each has a row"
            if held:
                done.notes.append(
                    f"{part.table.label}: {held:,} row{'s' * (held > 1)} of {first.name} with "
                    f"several values in '{split.column}': {taken}"
                )
        if all(split.takes_first for split in part.splits):
            return written
        parameters = Parameters()
        expressions = self._expressions(part, parameters)
        rows = self._over_rows(part, expressions, ["_source_file", "_source_row"])
        counted = f"select count(*) from (select distinct _source_file, _source_row from ({rows}))"
        return int(self._fetch(counted, parameters, part)[0])

    # the SQL of one part

    def _expressions(
        self, part: Part, parameters: Parameters, fractions: frozenset[str] = frozenset()
    ) -> Expressions:
        opened = [self.sources[part.file], *(self.sources[join.file] for join in part.joins)]
        return Expressions(part, opened, parameters, self.home_zone, fractions)

    def _query(
        self,
        part: Part,
        columns: list[str],
        asks: bool = False,
        fractions: frozenset[str] = frozenset(),
    ) -> tuple[str, Parameters, Expressions]:
        parameters = Parameters()
        expressions = self._expressions(part, parameters, fractions)
        final = []
        for name in columns:
            origin = part.columns.get(name)
            landed = expressions.landed(part.table.column(name), origin) if origin else "null"
            final.append(f"{landed} as {quoted(name)}")
        final += ["_source_file", "_source_row", f"{self.number} as _load_number"]
        for name in self._versions(part):
            final.append(f"{expressions.text(name, part.where)} as {quoted(name)}")
        if part.breakdown:
            texts = [expressions.text(name, part.where) for name in part.breakdown]
            final.append(f"{breakdown(texts)} as {BREAKDOWN}")
        if asks:
            width = len(expressions.sources[0].header)
            cells = ", ".join(f"rows_of_file_c{place}" for place in range(width))
            final.append(f"hash({cells}) as {CONTENT}")
        sql = self._over_rows(part, expressions, final)
        self.used |= expressions.used
        return sql, parameters, expressions

    def _over_rows(self, part: Part, expressions: Expressions, final: list[str]) -> str:
        kept, one_of = [_HAS_A_VALUE, *self._kept(part, expressions)], ""
        if part.one_row_per:
            keys = ", ".join(expressions.text(name, part.where) for name in part.one_row_per)
            one_of = (
                f" qualify _is_ragged or row_number() over (partition by _is_ragged, {keys} "
                "order by _source_file, _source_row) = 1"
            )
        where = f" where _is_ragged or ({' and '.join(kept)})"
        return expressions.query(final, self._relation(part, expressions)) + where + one_of

    def _kept(self, part: Part, expressions: Expressions) -> list[str]:
        conditions = [
            f"{expressions.text(name, part.where)} is not null" for name in part.only_with
        ]
        for filters, negation in ((part.only, ""), (part.leave_out, "not ")):
            for given in filters:
                conditions.append(negation + expressions.keeps(given, part.where))
        return conditions

    def _relation(self, part: Part, expressions: Expressions) -> str:
        first, parameters = expressions.sources[0], expressions.parameters
        columns = [
            f"rows_of_file.c{place} as rows_of_file_c{place}" for place in range(len(first.header))
        ]
        columns += [
            f"rows_of_file.{name}" for name in ("_source_file", "_source_row", "_is_ragged")
        ]
        # Spreadsheets write rows of delimiters alone below their tables: they are blank lines.
        cells = (f"nullif(trim(rows_of_file.c{place}), '')" for place in range(len(first.header)))
        columns.append(f"coalesce({', '.join(cells)}) is not null as {_HAS_A_VALUE}")
        rows, split_places = split_rows(first.rows(parameters), part.splits, first, parameters)
        self.used |= {(first.entry.pattern, place) for place in split_places}
        joined = f"({rows}) as rows_of_file"
        for number, join in enumerate(part.joins, start=1):
            alias, other = alias_of(number), expressions.sources[number]
            columns += [
                f"{alias}.c{place} as {alias}_c{place}" for place in range(len(other.header))
            ]
            pairs = joined_on(join, expressions.sources[:number], other, parameters)
            self.used |= {
                (expressions.sources[pair.source].entry.pattern, pair.ours) for pair in pairs
            }
            self.used |= {(other.entry.pattern, pair.theirs) for pair in pairs}
            keys = ", ".join(pair.their_key for pair in pairs)
            one = ""
            if join.several == "first":
                order = "order by _source_file, _source_row"
                one = f" qualify row_number() over (partition by {keys} {order}) = 1"
            condition = " and ".join(
                f"{pair.our_key} = {pair.their_key_of(alias)}" for pair in pairs
            )
            joined_rows = f"select * from ({other.rows(parameters)}) as other{one}"
            joined += f" left join ({joined_rows}) as {alias} on {condition}"
        return f"(select {', '.join(columns)} from {joined})"

    # what can be wrong with the values

    def _check_joins(self, part: Part) -> None:
        before = [self.sources[part.file]]
        for join in part.joins:
            parameters = Parameters()
            first, other = before[0], self.sources[join.file]
            pairs = joined_on(join, before, other, parameters)
            before.append(other)
            if join.several == "first":
                continue
            keys = ", ".join(pair.their_key for pair in pairs)
            given = " and ".join(f"{pair.their_key} is not null" for pair in pairs)
            repeated = self.connection.execute(
                f"select concat_ws(', ', {keys}) as key, count(*) as row_count, "
                "min(_source_row), max(_source_row), "
                f"count(*) over () as key_count from ({other.rows(parameters)}) where {given} "
                f"group by {keys} having count(*) > 1 order by 3, 1 limit 1",
                parameters.values,
            ).fetchone()
            if repeated:
                raise UserError(
                    f"{join.where}: {other.name} has several rows for one "
                    f"{', '.join(theirs for _, theirs in join.on)} "
                    f"({repeated[4]} of them; '{without_emails(repeated[0])}' in rows "
                    f"{repeated[2]} to {repeated[3]}), so joining it would repeat rows of "
                    f"{first.name}: join on more columns, or take the first with "
                    "`several: first`"
                )

    def _judge_numbers(self, part: Part, done: LoadedTable) -> frozenset[str]:
        """Stop where a column does not say how it is written; return those given as shares."""
        parameters = Parameters()
        expressions = self._expressions(part, parameters)
        for name, origin in part.columns.items():
            expressions.landed(part.table.column(name), origin)
        asked = bool(self.mapping.path)
        numbers = [
            number
            for number in expressions.judged
            if (asked and number.is_undeclared) or not number.has_scale
        ]
        if not numbers:
            return frozenset()
        final, columns = ["_source_file", "_source_row"], []
        for place, number in enumerate(numbers):
            final += [
                f"{number.text} as text_{place}",
                f"{number.bare} as bare_{place}",
                f"{number.plain} as plain_{place}",
            ]
            columns += columns_of_evidence(place)
        row = self._fetch(
            f"select {', '.join(columns)} from ({self._over_rows(part, expressions, final)})",
            parameters,
            part,
        )
        shares: set[str] = set()
        for place, number in enumerate(numbers):
            label = f"{part.table.label}.{number.column}"
            found = evidence(number, label, row[WIDTH * place : WIDTH * (place + 1)])
            if asked:
                judge(found)
            if found.is_share:
                shares.add(number.column)
                done.notes.append(found.share_note)
        return frozenset(shares)

    def _fetch(self, sql: str, parameters: Parameters, part: Part) -> list[Any]:
        try:
            row = self.connection.execute(sql, parameters.of(sql)).fetchone()
        except duckdb.Error as error:
            self._explain(part, error)
        return list(row or ())

    def _explain(self, part: Part, error: duckdb.Error) -> NoReturn:
        for entry in (part.file, *(join.file for join in part.joins)):
            self.sources[entry].find_faults()
        self.sources[part.file].explain(error)

    def _check_value_maps(self, part: Part) -> None:
        for name, origin in part.columns.items():
            for item in (origin, *origin.first_of):
                if item.values and item.unlisted == "error":
                    self._check_value_map(part, name, item)

    def _check_value_map(self, part: Part, name: str, origin: Origin) -> None:
        parameters = Parameters()
        expressions = self._expressions(part, parameters)
        final = [f"{expressions.unlisted(origin)} as unlisted", "_source_file", "_source_row"]
        found = self.connection.execute(
            "select unlisted, count(*), min_by(_source_file, _source_row), min(_source_row) "
            f"from ({self._over_rows(part, expressions, final)}) "
            "where unlisted is not null group by unlisted order by 2 desc, 1",
            parameters.values,
        ).fetchall()
        if found:
            values = listed(
                (f"'{value}' ({count:,} row{'s' * (count > 1)})" for value, count, _, _ in found),
                most=5,
            )
            raise UserError(
                f"{found[0][2]}, row {found[0][3]}, column '{origin.column}': the value map of "
                f"{part.table.label}."
                f"{name} does not list {values} ({origin.where}): add them to `values:`, or write "
                "`unlisted: keep` or `unlisted: empty`"
            )


def _size(source: Source) -> str:
    size = sum(file.path.stat().st_size for file in source.files)
    return f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{size / 1e3:,.1f} kB"


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
