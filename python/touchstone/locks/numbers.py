"""The numbers of locked periods: the files of seeds/locked, read, checked and written as SQL."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from touchstone.errors import UserError
from touchstone.locks.agreed import (
    COLUMNS,
    GET_BACK,
    PERIODS_FILE,
    Lock,
    as_row,
    read_revisions,
)

NUMBERS_FILE = "locked_numbers.csv"
DEFINITIONS_FILE = "locked_definitions.csv"
FILES = (PERIODS_FILE, DEFINITIONS_FILE, NUMBERS_FILE)
NUMBER = "decimal(28, 9)"  # as a value of quality.metric_values
NUMBERS: Mapping[str, str] = {
    "period": "varchar",
    "revision": "integer",
    "metric": "varchar",
    "period_start_date": "date",
    "month_count": "integer",
    "dimension": "varchar",
    "member": "varchar",
    "value": NUMBER,
    "numerator": NUMBER,
    "denominator": NUMBER,
    "changed_row_count": "bigint",
    "added_row_count": "bigint",
    "gone_row_count": "bigint",
    "largest_changes": "varchar",
    "changed_definitions": "varchar",
}
NUMBER_KEY = ("period", "metric", "period_start_date", "month_count", "dimension", "member")
DEFINITIONS: Mapping[str, str] = {
    "period": "varchar",
    "revision": "integer",
    "definition_id": "varchar",
    "definition_name": "varchar",
    "version": "integer",
    "unit": "varchar",
    "content_digest": "varchar",
}
PERIODS: Mapping[str, str] = {
    "period": "varchar",
    "revision": "integer",
    "start_date": "date",
    "end_date": "date",
    "month_count": "integer",
    "locked_date": "date",
    "numbers_digest": "varchar",
}
MAY_BE_EMPTY_TEXT = "member"  # which a file cannot tell from nothing
REQUIRED = (*NUMBER_KEY[:-1], "revision", "definition_id", "content_digest")
# Totals of credit stand among the metrics: their member names scope, model and channel.
CREDIT_DIMENSION = "scope / model / channel"
CREDITS: Mapping[str, str] = {"credited_amount": "currency", "credited_deal_count": "count"}
# Which definition says that a number was there to be locked.
DEFINITION_OF_NUMBER = (
    f"case when dimension = '{CREDIT_DIMENSION}' "
    "then 'attribution_models.' || split_part(member, ' / ', 2) else 'metric.' || metric end"
)


def load(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[Lock]:
    """Read the files into the temporary tables locked_periods, locked_numbers, locked_definitions.

    Args:
        connection: of the warehouse.
        folder: seeds/locked, or one that is to take its place.

    Returns:
        Every revision of every locked period.

    Raises:
        UserError: the files are not what was written.
    """
    revisions = read_revisions(folder)
    _create(connection, "locked_periods", PERIODS)
    add_periods(connection, revisions)
    for table, file, columns in (
        ("locked_numbers", NUMBERS_FILE, NUMBERS),
        ("locked_definitions", DEFINITIONS_FILE, DEFINITIONS),
    ):
        _create(connection, table, columns)
        if folder.exists():
            _read(connection, folder / file, table, columns)
    if folder.exists():
        _check(connection, folder)
    return revisions


def add_periods(connection: duckdb.DuckDBPyConnection, revisions: Sequence[Lock]) -> None:
    """Add revisions to the temporary table locked_periods."""
    rows = [
        [
            one.period,
            one.revision,
            one.start,
            one.end,
            one.month_count,
            one.agreed_on,
            one.numbers_digest,
        ]
        for one in revisions
    ]
    insert(connection, "locked_periods", rows)


def digests(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, int], str]:
    """Return what locked_numbers and locked_definitions hold of each revision, as one hash."""
    lines = " union all ".join(
        f"select period, revision, concat_ws('|', '{table}', "
        + ", ".join(f"coalesce(cast({name} as varchar), '')" for name in columns)
        + f") as line from {table}"
        for table, columns in (("locked_numbers", NUMBERS), ("locked_definitions", DEFINITIONS))
    )
    found = connection.execute(
        "select period, revision, md5(string_agg(line, chr(10) order by line)) "
        f"from ({lines}) group by all"
    ).fetchall()
    return {(period, revision): digest for period, revision, digest in found}


def write(connection: duckdb.DuckDBPyConnection, folder: Path, revisions: Iterable[Lock]) -> None:
    """Write the files from the temporary tables, in one order whatever was done before."""
    folder.mkdir(parents=True, exist_ok=True)
    ordered = sorted(revisions, key=lambda one: (one.start, one.end, one.period, one.revision))
    _write(folder / PERIODS_FILE, COLUMNS, map(as_row, ordered))
    order = "start_date, periods.month_count, period, revision"
    for table, file, columns, last in (
        ("locked_numbers", NUMBERS_FILE, NUMBERS, NUMBER_KEY[1:]),
        ("locked_definitions", DEFINITIONS_FILE, DEFINITIONS, ("definition_id",)),
    ):
        listed = ", ".join(f"{_as_text(name, kind)}" for name, kind in columns.items())
        rows = connection.execute(
            f"select {listed} from {table} as rows inner join locked_periods as periods "
            "using (period, revision) "
            f"order by {order}, {', '.join(f'rows.{name}' for name in last)}"
        ).fetchall()
        _write(folder / file, tuple(columns), rows)


def insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[object]]
) -> None:
    """Insert rows column by column: thousands at once take no longer than one."""
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        unnested = ", ".join(f"unnest(${place})" for place in range(1, len(columns) + 1))
        connection.execute(f"insert into {table} select {unnested}", columns)


def _create(connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str]) -> None:
    listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    connection.execute(f"create or replace temp table {table} ({listed})")


def _read(
    connection: duckdb.DuckDBPyConnection, path: Path, table: str, columns: Mapping[str, str]
) -> None:
    if not path.exists():
        raise UserError(f"{path} does not exist; {GET_BACK}")
    with path.open(newline="", encoding="utf-8") as file:
        header = next(csv.reader(file), [])
    if header != list(columns):
        raise UserError(f"{path} has other columns than {', '.join(columns)}; {GET_BACK}")
    texts = ", ".join(f"'{name}': 'varchar'" for name in columns)
    named = str(path).replace("'", "''")
    try:
        connection.execute(
            "create or replace temp table texts as "
            f"select row_number() over () + 1 as line, * from read_csv('{named}', header = true, "
            f"delim = ',', quote = '\"', escape = '\"', columns = {{{texts}}}, parallel = false)"
        )
    except duckdb.Error as error:
        raise UserError(f"{path} is no table: {str(error).splitlines()[0]}; {GET_BACK}") from error
    for name, kind in columns.items():
        is_wrong = f"{name} is not null and try_cast({name} as {kind}) is null"
        if name in REQUIRED:
            is_wrong = f"{name} is null or ({is_wrong})"
        wrong = connection.execute(
            f"select line, coalesce({name}, '') from texts where {is_wrong} order by line limit 1"
        ).fetchone()
        if wrong:
            line, value = wrong
            raise UserError(f"{path}, line {line}: {name} '{value}' is no {kind}; {GET_BACK}")
    typed = ", ".join(
        f"coalesce({name}, '')" if name == MAY_BE_EMPTY_TEXT else f"cast({name} as {kind})"
        for name, kind in columns.items()
    )
    connection.execute(f"insert into {table} select {typed} from texts")
    connection.execute("drop table texts")


def _check(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Say what does not fit together; what fits and was edited is told by the digest."""
    for file, table, key in (
        (NUMBERS_FILE, "locked_numbers", (*NUMBER_KEY, "revision")),
        (DEFINITIONS_FILE, "locked_definitions", ("period", "revision", "definition_id")),
    ):
        listed = ", ".join(key)
        _refuse(
            connection,
            folder / file,
            f"select {listed} from {table} group by {listed} having count(*) > 1",
            "is there twice",
        )
        _refuse(
            connection,
            folder / file,
            f"select period, revision from {table} "
            "anti join locked_periods using (period, revision)",
            f"is no revision of {PERIODS_FILE}",
        )
    _refuse(
        connection,
        folder / NUMBERS_FILE,
        "select metric from "
        f"(select *, {DEFINITION_OF_NUMBER} as definition_id from locked_numbers) as numbers "
        "anti join locked_definitions using (period, definition_id)",
        f"is no metric of {DEFINITIONS_FILE}",
    )
    _refuse(
        connection,
        folder / NUMBERS_FILE,
        "select period, period_start_date, numbers.month_count from locked_numbers as numbers "
        "inner join locked_periods using (period, revision) where period_start_date < start_date "
        "or period_start_date + to_months(numbers.month_count) > end_date",
        "is not within its period",
    )
    found = digests(connection)
    stated = connection.execute(
        "select period, revision, numbers_digest from locked_periods order by all"
    ).fetchall()
    for period, revision, digest in stated:
        if found.get((period, revision)) != digest:
            raise UserError(
                f"the numbers of {period}, revision {revision}, in {folder} are not those that "
                f"were agreed; {GET_BACK}. To publish other ones: touchstone lock {period} "
                "--restate"
            )


def _refuse(connection: duckdb.DuckDBPyConnection, path: Path, sql: str, problem: str) -> None:
    wrong = connection.execute(f"select * from ({sql}) order by all limit 1").fetchone()
    if wrong:
        named = ", ".join(str(value) for value in wrong)
        raise UserError(f"{path}: {named} {problem}; {GET_BACK}")


def _as_text(name: str, kind: str) -> str:
    text = f"cast(rows.{name} as varchar)"
    if kind == NUMBER:
        text = f"regexp_replace({text}, '[.]?0+$', '')"
    return text


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
