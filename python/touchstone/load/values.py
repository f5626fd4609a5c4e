"""One mapped column, one SQL expression: text in ISO form where the declared format fits.

A value that does not fit is left as the file has it, so that dbt's macro raw() puts its row in
quarantine with the reason. Where the text would nevertheless cast to something else (03/04/24 is a
day of the year 3 to DuckDB, 12.7 the whole number 13), what was expected is added behind it.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass

from touchstone.errors import UserError
from touchstone.load.contract import Column
from touchstone.load.dates import PLACEHOLDER_DAYS
from touchstone.load.files import BLANKS, Parameters, Source
from touchstone.load.mapping import (
    EPOCH_FORMATS,
    Filter,
    Join,
    Origin,
    Part,
    Split,
    Writing,
    strptime_format,
    with_writing,
)

_TRUE = ("true", "t", "yes", "y", "1")
_FALSE = ("false", "f", "no", "n", "0")
_ISO_DATE = r"\d{4}-\d{2}-\d{2}"
_OFFSET = r"\s?(Z|[+-]\d{2}(:?\d{2})?)"
_ISO_TIME = r"[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?"
_ISO = rf"{_ISO_DATE}({_ISO_TIME}({_OFFSET})?)?"
_ISO_WITH_OFFSET = rf"{_ISO_DATE}{_ISO_TIME}{_OFFSET}"
_NO_BREAK_SPACES = ("\u00a0", "\u202f")
# Swiss thousands; a spreadsheet may write the other one.
APOSTROPHE = "'"
_STEPS = ("text", "mapped", "bare", "parsed")
_TEXT, _MAPPED, _BARE, _PARSED = range(4)
# A date outside these years is a misread format (a two-digit year) or a slip, not a day of a
# business.
_YEARS = (1900, 2200)
# Columns of ours that are per cent, and that some systems give as a share of one.
PER_CENT = ("probability",)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class JudgedNumber:
    """A column of numbers of which the whole column has to say how its values are written."""

    column: str
    text: str
    bare: str
    plain: str
    is_undeclared: bool
    has_scale: bool


@dataclass(frozen=True)
class _Found:
    """A column of a file: its alias and place in the query, and how it is written."""

    source: Source
    sql: str
    writing: Writing


class Expressions:
    """The SQL of one part of the mapping; notes which columns of the files it uses."""

    def __init__(
        self,
        part: Part,
        sources: list[Source],
        parameters: Parameters,
        home_zone: str,
        fractions: frozenset[str] = frozenset(),
    ) -> None:
        """Take the first source and those joined to it, in the order of the part's joins.

        Args:
            part: what the mapping says of some rows of a table.
            sources: the opened files.
            parameters: values bound to the statement.
            home_zone: the zone of the reports.
            fractions: columns of ours that the file gives as 0 to 1, and are per cent.
        """
        self.part = part
        self.sources = sources
        self.parameters = parameters
        self.home_zone = home_zone
        self.fractions = fractions
        self.used: set[tuple[str, int]] = set()
        self.undeclared: set[str] = set()
        self.judged: list[JudgedNumber] = []
        # Expressions that others repeat are columns of an inner query, one query a level: text,
        # mapped, bare, parsed.
        self._levels: tuple[list[str], ...] = ([], [], [], [])

    def query(self, final: list[str], relation: str) -> str:
        """Return the final expressions over a relation, with the inner levels between."""
        for number, level in enumerate(self._levels):
            steps = [f"{sql} as {_STEPS[number]}_{place}" for place, sql in enumerate(level)]
            relation = f"(select {', '.join(['*', *steps])} from {relation})"
        return f"select {', '.join(final)} from {relation}"

    def _step(self, level: int, sql: str) -> str:
        if sql not in self._levels[level]:
            self._levels[level].append(sql)
        return f"{_STEPS[level]}_{self._levels[level].index(sql)}"

    def landed(self, column: Column, origin: Origin) -> str:
        """Return the text that lands in a column."""
        if origin.first_of:
            return f"coalesce({', '.join(self.landed(column, item) for item in origin.first_of)})"
        if origin.has_value:
            value = self.text(origin.has_value, origin.where)
            return f"case when {value} is null then 'false' else 'true' end"
        if origin.constant is not None:
            return f"nullif(cast({self.parameters.bind(origin.constant)} as varchar), '')"
        text, writing = self._written(origin)
        return self._typed(
            column, origin, self._mapped(text, origin), with_writing(writing, origin.writing)
        )

    def text(self, name: str, where: str) -> str:
        """Return one of the user's columns as text; blank and declared null values are null."""
        found = self.find(name, where)
        return self._step(_TEXT, _text(found.sql, found.writing, self.parameters))

    def unlisted(self, origin: Origin) -> str:
        """Return the value of a column where its value map does not list it, else null."""
        text, _ = self._written(origin)
        keys = self.parameters.bind([key.strip().lower() for key, _ in origin.values])
        return f"case when not list_contains({keys}, lower({text})) then {text} end"

    def keeps(self, given: Filter, where: str) -> str:
        """Return the condition that a row has one of the values, or fits one of the patterns."""
        value = f"coalesce({self.text(given.column, where)}, '')"
        folded = self.parameters.bind([text.strip().lower() for text in given.values])
        tests = [f"list_contains({folded}, lower({value}))"]
        for pattern in given.patterns:
            tests.append(f"regexp_matches({value}, {literal(pattern)}, 'i')")
        return f"({' or '.join(tests)})"

    def find(self, name: str, where: str) -> _Found:
        """Return where a column is: in the first file, or (alias.column) in a joined one."""
        number, place = place_of(name, self.sources, where)
        return self._found(self.sources[number], alias_of(number), place)

    def _found(self, source: Source, alias: str, place: int) -> _Found:
        self.used.add((source.entry.pattern, place))
        writing = source.entry.writing
        if source.is_parquet and source.files[0].types[place].upper() != "VARCHAR":
            # A value with a type of its own has been written in ISO form by us.
            writing = Writing(
                null_values=writing.null_values, time_zone=writing.time_zone, is_ours=True
            )
        return _Found(source, f"{alias}_c{place}", writing)

    def _written(self, origin: Origin) -> tuple[str, Writing]:
        if not origin.template:
            found = self.find(origin.column, origin.where)
            writing = with_writing(found.writing, origin.writing)
            return self._step(_TEXT, _text(found.sql, writing, self.parameters)), writing
        pieces: list[str] = []
        end = 0
        for match in _PLACEHOLDER.finditer(origin.template):
            pieces.append(self.parameters.bind(origin.template[end : match.start()]))
            pieces.append(self.text(match.group(1).strip(), origin.where))
            end = match.end()
        if not pieces:
            raise UserError(
                f"{origin.where}: the template '{origin.template}' names no column: write it as "
                "'deal-{your column}', or use {constant: ...}"
            )
        pieces.append(self.parameters.bind(origin.template[end:]))
        # Null as soon as one of its columns is: no key is made of half its parts.
        return "(" + " || ".join(pieces) + ")", self.sources[0].entry.writing

    def _mapped(self, text: str, origin: Origin) -> str:
        if not origin.values:
            return self._step(_MAPPED, text)
        keys = self.parameters.bind([key.strip().lower() for key, _ in origin.values])
        targets = self.parameters.bind([value or None for _, value in origin.values])
        key = f"coalesce(lower({text}), '')"
        otherwise = "null" if origin.unlisted == "empty" else text
        return self._step(
            _MAPPED,
            f"case when list_contains({keys}, {key}) then {targets}[list_position({keys}, {key})] "
            f"else {otherwise} end",
        )

    def _typed(self, column: Column, origin: Origin, text: str, writing: Writing) -> str:
        if origin.is_hashed:
            # A person's name that serves as an id joins as well when nobody can read it.
            secret = self.parameters.bind(os.environ.get("TOUCHSTONE_HASH_KEY", "sample") + ":")
            return f"left(sha256({secret} || lower({text})), 16)"
        if column.kind == "text":
            return text
        if column.kind == "yes or no":
            return self._boolean(column, text, writing)
        if column.kind in ("number", "whole number"):
            return self._number(column, text, writing, origin)
        return self._moment(column, text, writing)

    def _boolean(self, column: Column, text: str, writing: Writing) -> str:
        true = [value.strip().lower() for value in writing.true_values or _TRUE]
        false = [value.strip().lower() for value in writing.false_values or _FALSE]
        declared = bool(writing.true_values or writing.false_values)
        expected = f"{'/'.join(true)} or {'/'.join(false)}" if declared else "yes or no"
        parsed = (
            f"case when list_contains({self.parameters.bind(true)}, lower({text})) then 'true' "
            f"when list_contains({self.parameters.bind(false)}, lower({text})) then 'false' end"
        )
        return self._or_as_it_was(column, text, parsed, expected)

    def _number(self, column: Column, text: str, writing: Writing, origin: Origin) -> str:
        thousands = writing.thousands_separator
        decimal = writing.decimal_separator or ("," if thousands == "." else ".")
        if thousands == decimal:
            thousands = ""  # the file's, where the column has a decimal separator of its own
        if not (writing.decimal_separator or thousands or writing.remove):
            self.undeclared.add(column.name)
        bare = self._step(_BARE, self._signed(text, writing))
        factor = ""
        if writing.suffixes:
            factor, bare = self._factor(bare, writing), self._without_suffix(bare, writing)
        point, group = re.escape(decimal), re.escape(thousands)
        # Groups of two occur (12,34,567 in India), the last one always has three digits.
        # Nobody writes 0.500 for five hundred.
        grouped = rf"[1-9]\d{{0,2}}({group}\d{{2,3}})*{group}\d{{3}}|" if thousands else ""
        pattern = rf"[+-]?(({grouped}\d+)({point}\d*)?|{point}\d+)([eE][+-]?\d+)?"
        plain = bare
        if thousands:
            plain = f"replace({plain}, {self.parameters.bind(thousands)}, '')"
        if decimal != ".":
            plain = f"replace({plain}, {self.parameters.bind(decimal)}, '.')"
        if factor:
            plain = f"cast(try_cast({plain} as decimal(24, 9)) * {factor} as varchar)"
        self.judged.append(
            JudgedNumber(
                column=column.name,
                text=text,
                bare=bare,
                plain=plain,
                is_undeclared=not (
                    writing.is_ours or writing.decimal_separator or writing.thousands_separator
                ),
                has_scale=bool(origin.multiply_by) or column.name not in PER_CENT,
            )
        )
        multiply_by = origin.multiply_by or ("100" if column.name in self.fractions else "")
        if multiply_by:
            times = f"cast('{multiply_by}' as decimal(14, 5))"
            plain = f"cast(try_cast({plain} as decimal(24, 9)) * {times} as varchar)"
        if column.kind == "whole number":
            # 12.0 is a whole number; 12.7 is not, though a cast would make it 13.
            plain = f"nullif(regexp_extract({plain}, '^([+-]?\\d+)(\\.0*)?$', 1), '')"
        parsed = (
            f"case when regexp_full_match({bare}, {self.parameters.bind(pattern)}) then {plain} end"
        )
        expected = (
            "a whole number"
            if column.kind == "whole number"
            else f"a number like 1{thousands}234{decimal}56"
        )
        return self._or_as_it_was(column, text, parsed, expected)

    def _signed(self, text: str, writing: Writing) -> str:
        """Return a number without what is removed, a minus before it wherever the file has it.

        Accounts write negatives in brackets, and some systems behind the number. Brackets are a
        sign even where the mapping removes them: without them a refund would become a sale.
        """
        bare = f"replace({text}, '\u2212', '-')"
        removed = [piece for piece in writing.remove if piece not in ("(", ")")]
        for piece in removed:
            bare = f"replace({bare}, {self.parameters.bind(piece)}, '')"
        if removed or writing.thousands_separator == " ":
            for blank in _NO_BREAK_SPACES:
                bare = f"replace({bare}, {self.parameters.bind(blank)}, ' ')"
            bare = f"trim({bare})"
        if writing.thousands_separator == APOSTROPHE:
            bare = f"replace({bare}, '\u2019', {self.parameters.bind(APOSTROPHE)})"
        if removed:
            bare = f"regexp_replace({bare}, '^([+-]) +', '\\1')"
        return (
            f"case when {bare} like '(%)' and regexp_matches({bare}, '^.+[()+-].+$') "
            f"then {bare} "
            f"when {bare} like '(%)' then '-' || trim({bare}, '() ') "
            f"when {bare} like '%-' then '-' || rtrim({bare}, '- ') else {bare} end"
        )

    def _factor(self, bare: str, writing: Writing) -> str:
        cases = " ".join(
            f"when {literal(name)} then cast({factor} as decimal(13, 0))"
            for name, factor in writing.suffixes
        )
        ending = f"lower(regexp_extract({bare}, {literal(_suffix_pattern(writing))}, 1))"
        return f"case {ending} {cases} else cast(1 as decimal(13, 0)) end"

    @staticmethod
    def _without_suffix(bare: str, writing: Writing) -> str:
        return f"regexp_replace({bare}, {literal(_suffix_pattern(writing))}, '')"

    def _moment(self, column: Column, text: str, writing: Writing) -> str:
        zone = writing.time_zone
        if writing.date_format:
            tries = [self._by_format(text, form, zone, column) for form in writing.date_format]
        else:
            tries = [self._iso(text, zone, column)]
        if not writing.date_format:
            self.undeclared.add(column.name)
        moment = self._step(_PARSED, f"coalesce({', '.join(tries)})")
        is_usable = f"year({moment}) between {_YEARS[0]} and {_YEARS[1]}"
        if column.kind == "date":
            cast = f"cast(cast({moment} as date) as varchar)"
            is_usable += f" or cast({moment} as date) in ({PLACEHOLDER_DAYS})"
        else:
            cast = f"cast({moment} as varchar)"
        parsed = f"case when {is_usable} then {cast} end"
        expected = " or ".join(writing.date_format) or (
            "YYYY-MM-DD" + " HH:mm:ss" * (column.kind == "timestamp")
        )
        return self._or_as_it_was(column, text, parsed, expected)

    def _iso(self, text: str, zone: str, column: Column) -> str:
        local = f"try_cast({text} as timestamp)"
        return (
            f"case when not regexp_full_match({text}, {self.parameters.bind(_ISO)}) then null "
            f"when length({text}) = 10 then {self._day(local, column)} "
            f"when regexp_full_match({text}, {self.parameters.bind(_ISO_WITH_OFFSET)}) "
            f"then {self._instant(f'try_cast({text} as timestamptz)', column)} "
            f"else {self._local_time(local, zone, column)} end"
        )

    def _by_format(self, text: str, form: str, zone: str, column: Column) -> str:
        written = strptime_format(form)
        if written in EPOCH_FORMATS:
            # before March 1973 stands another unit: seconds that are read as milliseconds
            least = 10**14 // EPOCH_FORMATS[written]
            count = f"try_cast(regexp_extract({text}, '^(-?\\d+)(\\.0*)?$', 1) as hugeint)"
            micros = f"try_cast({count} * {EPOCH_FORMATS[written]} as bigint)"
            instant = f"try(make_timestamptz({micros}))"
            return f"case when abs({count}) >= {least} then {self._instant(instant, column)} end"
        if "%z" in written:
            # DuckDB reads an offset there and no Z, which is the most usual of them
            with_offset = f"regexp_replace({text}, ' ?[Zz]$', '+00')"
            return self._instant(f"try_strptime({with_offset}, {literal(written)})", column)
        parsed = f"try_strptime({text}, {literal(written)})"
        has_time = "%H" in written or "%I" in written
        return self._local_time(parsed, zone, column) if has_time else self._day(parsed, column)

    def _day(self, local: str, column: Column) -> str:
        """Return a plain day: as a date itself, as a moment its midnight in the reporting zone."""
        return local if column.kind == "date" else self._in_utc(local, self.home_zone)

    def _local_time(self, local: str, zone: str, column: Column) -> str:
        """Return a time of a zone: in UTC, or its day in the zone of the reports."""
        zone = zone or "UTC"
        if column.kind != "date":
            return self._in_utc(local, zone)
        if zone == self.home_zone:
            return local
        # Midnight is how tools write a day that has no time.
        there = f"({local} at time zone {self.parameters.bind(zone)})"
        home = f"({there} at time zone {self.parameters.bind(self.home_zone)})"
        return f"case when {_stays(local)} then {local} else {home} end"

    def _instant(self, instant: str, column: Column) -> str:
        """Return a moment that knows its place in time: in UTC, or its day in the reports' zone."""
        in_utc = f"({instant} at time zone 'UTC')"
        if column.kind != "date" or self.home_zone == "UTC":
            return in_utc
        # As local_time: a day without a time is midnight in UTC to loaders and HubSpot alike.
        home = f"({instant} at time zone {self.parameters.bind(self.home_zone)})"
        return f"case when {_stays(in_utc)} then {in_utc} else {home} end"

    def _in_utc(self, local: str, zone: str) -> str:
        if zone == "UTC":
            return local
        return f"({local} at time zone {self.parameters.bind(zone)} at time zone 'UTC')"

    def _or_as_it_was(self, column: Column, text: str, parsed: str, expected: str) -> str:
        casts = f"try_cast({text} as {column.data_type}) is not null"
        marked = f"{text} || {self.parameters.bind(f' (expected {expected})')}"
        return f"coalesce({parsed}, case when {casts} then {marked} else {text} end)"


def _stays(moment: str) -> str:
    """Return the condition that a moment is a day whatever the zone: no time, or "never"."""
    is_never = f"cast({moment} as date) in ({PLACEHOLDER_DAYS})"
    return f"({moment} = date_trunc('day', {moment}) or {is_never})"


def _suffix_pattern(writing: Writing) -> str:
    names = sorted((name for name, _ in writing.suffixes), key=lambda name: (-len(name), name))
    return rf"(?i)\s*({'|'.join(re.escape(name) for name in names)})$"


def literal(text: str) -> str:
    """Return a text as a SQL literal, for the few places where a parameter cannot stand."""
    return "'" + text.replace("'", "''") + "'"


def _text(sql: str, writing: Writing, parameters: Parameters) -> str:
    trimmed = f"nullif(trim({sql}, {parameters.bind(BLANKS)}), '')"
    if not writing.null_values:
        return trimmed
    nulls = parameters.bind([value.strip().lower() for value in writing.null_values])
    return f"case when not list_contains({nulls}, lower({trimmed})) then {trimmed} end"


def fits(column: Column, cast: Callable[[str, str], bool], origin: Origin) -> None:
    """Check the constants and map targets of a column: they must be values of its type.

    Args:
        column: the column of the contract.
        cast: says whether a text is a value of a data type.
        origin: what the mapping gives for it.
    """
    for item in origin.first_of:
        fits(column, cast, item)
    if column.kind == "text":
        return
    given = [origin.constant] if origin.constant else []
    # What a map leaves is read by the declared format, so only ISO values are checked when there
    # is none.
    if origin.values and not origin.writing:
        given += [value for _, value in origin.values if value]
    for value in given:
        if not cast(value, column.data_type):
            raise UserError(
                f"{origin.where}: '{value}' is no {column.kind} and cannot stand in {column.name} "
                "(write dates as YYYY-MM-DD, numbers as 1234.56, yes or no as true or false)"
            )


@dataclass(frozen=True)
class KeyPair:
    """One pair of columns two files are joined on: a place in a file before, and in the new one."""

    source: int
    ours: int
    theirs: int
    blanks: str

    @property
    def their_key(self) -> str:
        """The key of the joined file, inside a query of its rows."""
        return f"nullif(trim(c{self.theirs}, {self.blanks}), '')"

    def their_key_of(self, alias: str) -> str:
        """The key of the joined file."""
        return f"nullif(trim({alias}.c{self.theirs}, {self.blanks}), '')"

    @property
    def our_key(self) -> str:
        """The key of the first file, or of one joined before."""
        return f"nullif(trim({alias_of(self.source)}.c{self.ours}, {self.blanks}), '')"


def alias_of(number: int) -> str:
    """Return what the SQL calls the first file (0) or one of those joined to it."""
    return "rows_of_file" if number == 0 else f"joined_{number - 1}"


def place_of(name: str, sources: list[Source], where: str) -> tuple[int, int]:
    """Return which file has a column, and where: the first, or (alias.column) a joined one."""
    place = sources[0].position(name)
    if place is not None:
        return 0, place
    alias, _, rest = name.partition(".")
    for number, source in enumerate(sources[1:], start=1):
        if source.entry.alias == alias:
            place = source.position(rest)
            if place is None:
                source.missing(rest, where)
            return number, place
    for source in sources[1:]:
        if source.position(name) is not None:
            raise UserError(
                f"{where}: {sources[0].name} has no column '{name}', {source.name} does: "
                f"write '{source.entry.alias}.{name}'"
            )
    sources[0].missing(name, where)


def joined_on(
    join: Join, before: list[Source], other: Source, parameters: Parameters
) -> list[KeyPair]:
    """Return where the columns of a join are; one that is missing is a UserError.

    Args:
        join: the join of the mapping.
        before: the first file and those joined to it before.
        other: the file that is joined.
        parameters: values bound to the statement.
    """
    pairs = []
    for ours, theirs in join.on:
        number, our_place = place_of(ours, before, join.where)
        their_place = other.position(theirs)
        if their_place is None:
            other.missing(theirs, join.where)
        pairs.append(KeyPair(number, our_place, their_place, parameters.bind(BLANKS)))
    return pairs


def split_rows(
    rows: str, splits: tuple[Split, ...], first: Source, parameters: Parameters
) -> tuple[str, set[int]]:
    """Return rows with one value a cell, for the columns that hold several, and their places."""
    replaced: dict[int, str] = {}
    for split in splits:
        place = first.position(split.column)
        if place is None:
            first.missing(split.column, split.where)
        values = pieces(f"c{place}", split, parameters)
        replaced[place] = f"{values}[1]" if split.takes_first else f"unnest({values})"
    if not replaced:
        return rows, set()
    columns = ", ".join(f"{sql} as c{place}" for place, sql in replaced.items())
    return f"select * replace ({columns}) from ({rows}) as unsplit", set(replaced)


def pieces(value: str, split: Split, parameters: Parameters) -> str:
    """Return the list of the values in a cell: no blank one, none twice, [null] for no value."""
    blanks = parameters.bind(BLANKS)
    cut = f"string_split({value}, {parameters.bind(split.separator)})"
    trimmed = f"list_transform({cut}, lambda piece: trim(piece, {blanks}))"
    kept = (
        f"list_filter({trimmed}, lambda piece, place: "
        f"piece <> '' and list_position({trimmed}, piece) = place)"
    )
    return f"case when len({kept}) > 0 then {kept} else [cast(null as varchar)] end"
