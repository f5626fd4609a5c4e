"""What can be wrong with the values of a table that has just landed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

import duckdb

from touchstone.errors import UserError
from touchstone.load.contract import Column, Table
from touchstone.load.dates import ISO_DATES, OTHER_DATES, PLACEHOLDER_DAYS, format_of
from touchstone.load.files import quoted

# With fewer values than this, a wrong format cannot be told from a few wrong values.
_ENOUGH_TO_JUDGE = 10
# Of more values than this share, the way they are written is at fault; of fewer, they are slips.
_SLIPS_PER_CENT = 1
_DAY_MONTH = r"^(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}"
_SERIAL = r"\d{5}(\.\d+)?"
_LIKE_A_NUMBER = r"^[^\d]{0,4}[\d.,\x27\s]*\d[\d.,\x27\s]*[^\d]{0,4}$"
_HOW = {
    "date": "date_format:",
    "timestamp": "date_format:",
    "yes or no": "true_values:` and `false_values:",
}


@dataclass
class Quarantined:
    """Rows of a table that dbt will set aside for one reason."""

    table: str
    reason: str
    row_count: int
    first_file: str
    first_row: int
    first_value: str | None


def address(table: Table) -> str:
    """Return where a table lands, quoted."""
    return f"{quoted(table.schema)}.{quoted(table.identifier)}"


class Landed:
    """The rows of one table, as text."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, table: Table, mapped: list[Column]
    ) -> None:
        """Take a table and those of its columns that are mapped."""
        self.connection = connection
        self.table = table
        self.mapped = mapped

    def judge_formats(self, undeclared: set[str]) -> None:
        """Fail when a column is written in a way the mapping does not say, or not at all readable.

        Args:
            undeclared: columns whose date or number format the mapping does not give.
        """
        typed = [column for column in self.mapped if column.kind != "text"]
        if not typed:
            return
        counts = []
        for column in typed:
            value = quoted(column.name)
            counts += [
                f"count({value})",
                # not count_if, which is null over a table without rows
                f"count(*) filter (where {_unreadable(column)})",
                f"count(*) filter (where {_unreadable(column)} and {_written_otherwise(column)})",
            ]
        row = self._row(f"select {', '.join(counts)} from {address(self.table)}")
        for number, column in enumerate(typed):
            given, unreadable, otherwise = row[3 * number : 3 * number + 3]
            if column.name in undeclared and otherwise * 100 > given * _SLIPS_PER_CENT:
                self._fail_on_format(column)
            if given == unreadable >= _ENOUGH_TO_JUDGE:
                self._fail_on_all(column, given)

    def quarantined(self) -> list[Quarantined]:
        """Foretell what macros/raw.sql will set aside: the same rule, counted by reason."""
        reasons, values = [], []
        for column in self.mapped:
            value = quoted(column.name)
            is_anonymous = column.name in self.table.anonymous_without
            if column.name in self.table.required and not is_anonymous:
                empty = f"{self.table.usable(column.name, value)} is null"
                if column.kind == "date" and column.name not in self.table.open_start:
                    empty += f" or {_is_placeholder(column)}"
                reasons.append(f"when {empty} then '{column.name}: a value is required'")
                values.append(f"when {empty} then {value}")
            if column.kind != "text":
                bad = _unreadable(column)
                reasons.append(f"when {bad} then '{column.name}: not a {column.data_type}'")
                values.append(f"when {bad} then {value}")
        rows = self.connection.execute(
            "select reason, count(*), min_by(_source_file, _source_row), min(_source_row), "
            "min_by(value, _source_row) from ("
            f"select case {' '.join(reasons)} end as reason, case {' '.join(values)} end as value, "
            f"_source_file, _source_row from {address(self.table)}) "
            "where reason is not null group by reason order by 2 desc, 1"
        ).fetchall()
        return [Quarantined(self.table.label, *row) for row in rows]

    def anonymous_count(self) -> int:
        """Count the rows without the id of a visitor, which are counted and set aside."""
        given = {column.name for column in self.mapped}
        empty = [
            f"{self.table.usable(name, quoted(name))} is null"
            for name in self.table.anonymous_without
            if name in given
        ]
        if not empty:
            return 0
        return self._row(f"select count(*) from {address(self.table)} where {' or '.join(empty)}")[
            0
        ]

    def placeholder_days(self) -> list[str]:
        """Say which days stand for "always" or "never"; macros/raw.sql reads them so."""
        notes = []
        for column in self.mapped:
            if column.kind != "date":
                continue
            count, low, high = self._row(
                f"select count(*), min({quoted(column.name)}), max({quoted(column.name)}) "
                f"from {address(self.table)} where {_is_placeholder(column)}"
            )
            if count:
                is_start = column.name in self.table.open_start
                meaning = "from the beginning" if is_start else "no date"
                shown = f"{low}" if low == high else f"{low} or {high}"
                notes.append(f"{self.table.label}.{column.name}: {count:,} x {shown}: {meaning}")
        return notes

    def _row(self, sql: str) -> tuple[int, ...]:
        row = self.connection.execute(sql).fetchone()
        assert row is not None
        return row

    def _first(self, column: Column, condition: str) -> str:
        """Return file, row and value of the first row that meets a condition."""
        row = self.connection.execute(
            f"select _source_file, _source_row, {quoted(column.name)} from {address(self.table)} "
            f"where {_unreadable(column)} and {condition} "
            "order by _source_file, _source_row limit 1"
        ).fetchone()
        assert row is not None
        value = row[2].split(" (expected ")[0]
        return f"{row[0]}, row {row[1]}: '{value}' for {self.table.label}.{column.name}"

    def _fail_on_format(self, column: Column) -> None:
        first = self._first(column, _written_otherwise(column))
        if column.kind not in ("date", "timestamp"):
            raise UserError(
                f"{first} is not a plain number such as 1234.56, and the mapping does not say how "
                "numbers are written: add `decimal_separator:`, `thousands_separator:`, "
                "`remove: [...]` (for currency signs) or `suffixes: [K, M, B]` (for thousands, "
                "millions and billions) to the column, its file or `defaults:`"
            )
        self._fail_on_date(column, first)

    def _fail_on_date(self, column: Column, first: str) -> NoReturn:
        value = quoted(column.name)
        highest = self._row(
            f"select max(cast(regexp_extract({value}, '{_DAY_MONTH}', 1) as integer)), "
            f"max(cast(regexp_extract({value}, '{_DAY_MONTH}', 2) as integer)) "
            f"from {address(self.table)} where regexp_matches({value}, '{_DAY_MONTH}')"
        )
        written = first.split("'")[1]
        day_first, month_first = format_of(written), format_of(written, is_day_first=False)
        if day_first == month_first or highest[0] is None:
            fit = f"it fits {day_first}" if day_first else "no format is plain from it"
        elif highest[0] > 12 and highest[1] > 12:
            fit = f"some fit only {day_first} and some only {month_first}"
        elif highest[0] > 12:
            fit = f"they fit {day_first}"
        elif highest[1] > 12:
            fit = f"they fit {month_first}"
        else:
            fit = f"they fit {day_first} and {month_first} alike, and only you can know which"
        serial = ""
        if re.fullmatch(_SERIAL, written):
            serial = (
                " (a number of days is how a spreadsheet keeps a date: give the column a date "
                "format there and save it again)"
            )
        proposed = month_first if fit.endswith(month_first) else day_first
        raise UserError(
            f"{first} is not written YYYY-MM-DD, and the mapping gives no format; {fit}{serial}. "
            f"Add `date_format: {proposed or 'DD/MM/YYYY'}` or what is right (with HH:mm:ss when "
            "there is a time; a list of several is tried in turn) to the column, to its file or "
            "to `defaults:`"
        )

    def _fail_on_all(self, column: Column, count: int) -> None:
        how = _HOW.get(column.kind, "decimal_separator:` and `thousands_separator:")
        raise UserError(
            f"{self._first(column, 'true')} cannot be read as a {column.kind}, nor can any other "
            f"of the {count:,} values: is it the right column? If so, say in the mapping how its "
            f"values are written, with `{how}`"
        )


def usable_if(table: Table, mapped: Iterable[Column]) -> str:
    """Return the condition under which a row is not set aside by macros/raw.sql."""
    conditions = [
        f"{quoted(column.name)} is not null" for column in mapped if column.name in table.required
    ]
    conditions += [f"not {_unreadable(column)}" for column in mapped if column.kind != "text"]
    return " and ".join(conditions) or "true"


def _unreadable(column: Column) -> str:
    value = quoted(column.name)
    bad = f"{value} is not null and try_cast({value} as {column.data_type}) is null"
    return f"({bad} and left({value}, 10) <> '0000-00-00')" if column.kind == "date" else f"({bad})"


def _is_placeholder(column: Column) -> str:
    days = f"try_cast({quoted(column.name)} as date) in ({PLACEHOLDER_DAYS})"
    return f"({days} or left({quoted(column.name)}, 10) = '0000-00-00')"


def _written_otherwise(column: Column) -> str:
    if column.kind == "yes or no":
        return "false"
    value = quoted(column.name)
    if column.kind in ("date", "timestamp"):
        is_other = f"regexp_matches({value}, '{OTHER_DATES}')"
        return f"({is_other} and not regexp_matches({value}, '{ISO_DATES}'))"
    return f"regexp_matches({value}, '{_LIKE_A_NUMBER}')"
