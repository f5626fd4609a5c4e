"""Ids that are none: several in one cell, a rounded number, the word of a row of totals."""

from typing import NoReturn

import duckdb

from touchstone.errors import UserError, without_emails
from touchstone.load.contract import Column, Table
from touchstone.load.files import quoted
from touchstone.load.landed import address
from touchstone.load.mapping import Origin, Part

_SEPARATORS = {";": "semicolons", ",": "commas", "\n": "line breaks"}
# Some sign-in services write ids with a bar inside; a CRM does not.
_SEPARATORS_OF_A_CRM = _SEPARATORS | {"|": "bars"}
# Each piece looks like an id or an address: no blank in it, and a digit or an @.
_PIECE = r"[\w@.+-]*[\d@][\w@.+-]*"
# 1.79E+11 and 1.6E13; not 1e5 nor 12E4, which systems make as ids.
_SCIENTIFIC = r"\d([.,]\d+)?[eE]\+\d{1,2}|\d[.,]\d+[eE]\d{1,2}"
# What stands for an id in a row of totals, in the languages of exports.
_TOTAL = (
    r"(?i)((grand|sub|report|account|overall)[ -]?)?totals?( (general|général|generale))?"
    r"( ?\(.*\)|:.*)?"
    r"|(gesamt|end|zwischen)-?summe:?|(ins)?gesamt:?|summe:?|somme:?|totale:?|suma( total)?:?"
)
# A spreadsheet keeps fifteen digits of a number, and shows six where the cell is narrow.
_LONG, _KEPT, _SHOWN_ZEROS = 12, 15, 5
# Rounded ids of one column end in at least so many zeros together, or it may be chance.
_ZEROS_BEYOND_CHANCE = 4


def judge_ids(
    connection: duckdb.DuckDBPyConnection, table: Table, mapped: list[Column], parts: list[Part]
) -> None:
    """Stop at the first column of ids of which a value holds several, was rounded, or is a total.

    Args:
        connection: where the table has landed.
        table: its contract.
        mapped: those of its columns that the mapping gives.
        parts: what the mapping says of them.
    """
    columns = {
        column.name: _separators(table, column.name, parts)
        for column in mapped
        if _is_id(column) and not _is_exempt(column.name, parts)
    }
    if not columns:
        return
    counts = []
    for name, separators in columns.items():
        counts += [
            f"count(*) filter (where {_holds_several(name, separators)})",
            f"count(*) filter (where {_is_scientific(name)})",
            f"count(*) filter (where {_ends_in_zeros(name)})",
            f"count(*) filter (where {_is_total(name)})" if name in table.key else "0",
        ]
    row = connection.execute(f"select {', '.join(counts)} from {address(table)}").fetchone()
    assert row is not None
    for place, (name, separators) in enumerate(columns.items()):
        several, scientific, zeros, totals = row[4 * place : 4 * place + 4]
        if totals:
            _fail_on_total(connection, table, name)
        if scientific:
            _fail_on_rounded(connection, table, name, _is_scientific(name), scientific)
        if several:
            _fail_on_several(connection, table, name, separators, several)
        if zeros and _are_rounded(connection, table, name):
            _fail_on_rounded(connection, table, name, _ends_in_zeros(name), zeros)


def without_decimals(
    connection: duckdb.DuckDBPyConnection, table: Table, mapped: list[Column], parts: list[Part]
) -> list[str]:
    """Read 123.0 as the id 123 where a file writes all ids of a column so; return what to say.

    Programs that keep a column of whole numbers with gaps as decimals write them like this, and
    other files have the id itself.
    """
    notes = []
    for column in mapped:
        if not _is_id(column) or _is_exempt(column.name, parts):
            continue
        value = quoted(column.name)
        updated = connection.execute(
            f"update {address(table)} set {value} = left({value}, length({value}) - 2) "
            f"where {value} is not null and (_source_file, _load_number) in "
            f"(select (_source_file, _load_number) from {address(table)} where {value} is not null "
            f"group by all having bool_and(suffix({value}, '.0') and "
            f"regexp_full_match({value}, '\\d+\\.0')))"
        ).fetchone()
        count = updated[0] if updated else 0
        if count:
            notes.append(
                f"{table.label}.{column.name}: {count:,} id{'s' * (count > 1)} written as decimals "
                "(123.0) and read as 123 (`as_is: true` leaves them)"
            )
    return notes


def _is_id(column: Column) -> bool:
    return column.kind == "text" and (column.name in ("id", "email") or column.name.endswith("_id"))


def _origins(name: str, parts: list[Part]) -> list[Origin]:
    given = [part.columns[name] for part in parts if name in part.columns]
    return [item for origin in given for item in (origin, *origin.first_of)]


def _is_exempt(name: str, parts: list[Part]) -> bool:
    return any(origin.is_as_is or origin.is_hashed for origin in _origins(name, parts))


def _separators(table: Table, name: str, parts: list[Part]) -> list[str]:
    """Return what parts ids in a cell, but for what the mapping itself writes between parts."""
    written = "".join(origin.template + (origin.constant or "") for origin in _origins(name, parts))
    known = _SEPARATORS_OF_A_CRM if table.system == "crm" else _SEPARATORS
    return [mark for mark in known if mark not in written]


def _holds_several(name: str, separators: list[str]) -> str:
    if not separators:
        return "false"
    value = quoted(name)
    holds = " or ".join(f"contains({value}, '{mark}')" for mark in separators)
    between = rf"\s*[{''.join(separators)}]\s*"
    return f"({holds}) and regexp_full_match({value}, '{_PIECE}({between}{_PIECE})+[;,|\\s]*')"


def _is_scientific(name: str) -> str:
    return f"regexp_full_match({quoted(name)}, '{_SCIENTIFIC}')"


def _is_total(name: str) -> str:
    return f"regexp_full_match({quoted(name)}, '{_TOTAL}')"


def _ends_in_zeros(name: str) -> str:
    value = quoted(name)
    zeros = f"(length({value}) - length(rtrim({value}, '0')))"
    return (
        f"suffix({value}, '0') and regexp_full_match({value}, '\\d{{{_LONG},}}') and "
        f"({zeros} >= {_SHOWN_ZEROS} or length({value}) > {_KEPT} "
        f"and {zeros} >= length({value}) - {_KEPT})"
    )


def _are_rounded(connection: duckdb.DuckDBPyConnection, table: Table, name: str) -> bool:
    """Return whether so many of the long ids end in zeros that it is no chance."""
    row = connection.execute(
        f"select count(*), count(*) filter (where {_ends_in_zeros('id')}), "
        "coalesce(sum(length(id) - length(rtrim(id, '0'))) "
        f"filter (where {_ends_in_zeros('id')}), 0) "
        f"from (select distinct {quoted(name)} as id from {address(table)}) "
        f"where regexp_full_match(id, '\\d{{{_LONG},}}')"
    ).fetchone()
    assert row is not None
    long, rounded, zeros = row
    return bool(rounded > 1 and rounded * 2 >= long and zeros >= _ZEROS_BEYOND_CHANCE)


def _first(
    connection: duckdb.DuckDBPyConnection, table: Table, name: str, condition: str
) -> tuple[str, str]:
    row = connection.execute(
        f"select _source_file, _source_row, {quoted(name)} from {address(table)} "
        f"where {condition} order by _source_file, _source_row, 3 limit 1"
    ).fetchone()
    assert row is not None
    shown = without_emails(str(row[2]))
    return f"{row[0]}, row {row[1]}: '{shown}' for {table.label}.{name}", str(row[2])


def _fail_on_total(connection: duckdb.DuckDBPyConnection, table: Table, name: str) -> NoReturn:
    where, value = _first(connection, table, name, _is_total(name))
    raise UserError(
        f"{where} is what a row of totals says, and what it adds up would count twice. Leave it "
        f'out with `except: {{their column: "{value}"}}` beside `from:`, or write `as_is: true` '
        "beside `column:` if it is an id"
    )


def _fail_on_several(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    name: str,
    separators: list[str],
    count: int,
) -> NoReturn:
    where, value = _first(connection, table, name, _holds_several(name, separators))
    mark = next(mark for mark in separators if mark in value)
    shown = "\\n" if mark == "\n" else mark
    key = f" (the {' and '.join(table.key)} must then name that column, in a template)"
    raise UserError(
        f"{where} looks like several values in one cell, parted by {_SEPARATORS_OF_A_CRM[mark]} "
        f"({count:,} row{'s' * (count > 1)}), and nobody has such an id. Write in the mapping "
        f'`split: "{shown}"` beside its `column:` for a row for each{key}, with `take: first` for '
        "the first alone, or `as_is: true` if it is one value"
    )


def _fail_on_rounded(
    connection: duckdb.DuckDBPyConnection, table: Table, name: str, condition: str, count: int
) -> NoReturn:
    where, _ = _first(connection, table, name, condition)
    raise UserError(
        f"{where} is an id that a spreadsheet has rounded ({count:,} row{'s' * (count > 1)}): what "
        "it was cannot be known, and rows of different ids become one. Export the file again and "
        "load it as it comes, without saving it from a spreadsheet; or import that column there "
        "as text. (`as_is: true` beside `column:` if the ids are really so.)"
    )
