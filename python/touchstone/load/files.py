"""The files of a company: found, opened, their headers read, and given to DuckDB as rows of text.

Whatever the file is, DuckDB sees columns c0, c1, ... of text, `_source_file` and `_source_row` (the
line of a CSV file where the row begins, the row of a Parquet file).
"""

import codecs
import csv
import glob
import gzip
import io
import itertools
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NoReturn, cast

import duckdb

from touchstone.errors import UserError
from touchstone.load.mapping import FileEntry, did_you_mean, listed

# Blanks that exports leave around a value: no-break spaces, a byte order mark inside, zero-width
# space.
BLANKS = " \t\r\n\u00a0\u202f\u200b\ufeff"
_DELIMITERS = {",": "','", ";": "';'", "\t": "tab", "|": "'|'"}
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CHUNK = 1 << 22
_LONGEST = 1 << 24
_PREAMBLE_LINES = 100
_SEPARATOR_LINE = re.compile(r"\s*\"?sep=(.)\"?\s*")
# The first bytes of files that are no text, and what to do about them.
_OTHER_KINDS = {
    b"PK\x03\x04": "a spreadsheet or an archive: save each sheet as CSV (UTF-8), or unpack it",
    b"\xd0\xcf\x11\xe0": "a spreadsheet of an old kind: save each of its sheets as CSV (UTF-8)",
    b"\x1f\x8b": "packed with gzip: name it .csv.gz, and it is read as it is",
    b"PAR1": "Parquet: name it .parquet, and it is read as it is",
    b"%PDF": "a PDF: export the table as CSV",
    b"\x89PNG": "a picture: export the table as CSV",
    b"SQLite format 3": "a database: export the table as CSV",
}
_MARKUP = (b"<!doctype html", b"<html", b"<table", b"<?xml")
# The reader of the standard library takes no more than 131,072 characters unless told.
csv.field_size_limit(_LONGEST)
_NEVER = "\x01no value is ever this\x01"


class Parameters:
    """Values bound to one SQL statement."""

    def __init__(self) -> None:
        """Begin with none."""
        self.values: dict[str, object] = {}
        self._names: dict[str, str] = {}

    def bind(self, value: object) -> str:
        """Return the placeholder of a value; equal values share one."""
        name = self._names.setdefault(repr(value), f"p{len(self._names)}")
        self.values[name] = value
        return f"${name}"

    def of(self, sql: str) -> dict[str, object]:
        """Return the values that a statement names: DuckDB takes no others."""
        named = set(re.findall(r"\$(p\d+)", sql))
        return {name: value for name, value in self.values.items() if name in named}


def check_folder(folder: Path) -> None:
    """Refuse what is no folder.

    Raises:
        UserError: says what to give.
    """
    if not folder.is_dir():
        raise UserError(
            f"{folder} is not a folder: give the one that holds the CSV or Parquet files"
        )


def quoted(name: str) -> str:
    """Return an identifier, quoted."""
    return '"' + name.replace('"', '""') + '"'


@dataclass
class _OneFile:
    """One file on disk; `readable` is what DuckDB opens (a copy in UTF-8 when the file is not)."""

    path: Path
    name: str
    readable: Path
    header: list[str]
    header_lines: int = 0
    types: list[str] = field(default_factory=list)
    record_count: int = 0
    is_plain: bool = True


@dataclass
class Source:
    """The rows of one entry of the mapping: one file, or several alike."""

    entry: FileEntry
    files: list[_OneFile]
    delimiter: str

    @property
    def header(self) -> list[str]:
        """The names of the columns, as the first file has them."""
        return self.files[0].header

    @property
    def name(self) -> str:
        """What messages call it."""
        return (
            self.files[0].name
            if len(self.files) == 1
            else f"{self.entry.pattern} ({len(self.files)} files)"
        )

    @property
    def is_parquet(self) -> bool:
        """Whether the values have types of their own."""
        return bool(self.files[0].types)

    @property
    def record_count(self) -> int:
        """Rows in all files."""
        return sum(file.record_count for file in self.files)

    def position(self, column: str) -> int | None:
        """Return the place of a column by name, as written or but for case and blanks."""
        header = self.header
        if column in header:
            if header.count(column) > 1:
                raise UserError(
                    f"{self.name}: column '{column}' is in the header {header.count(column)} times "
                    "(columns "
                    f"{listed(str(i + 1) for i, name in enumerate(header) if name == column)}): "
                    "rename one of them in the file, or give all names in the mapping with "
                    "`header: [...]` "
                    "and `skip_rows: 1`"
                )
            return header.index(column)
        folded = [name.strip().lower() for name in header]
        if folded.count(column.strip().lower()) == 1:
            return folded.index(column.strip().lower())
        return None

    def missing(self, column: str, where: str) -> NoReturn:
        """Say that a column is not in the file."""
        hint = self._header_hint(column)
        if not hint and len(self.header) == 1 and not self.is_parquet:
            hint = _delimiter_hint(self.header[0], self.delimiter)
        raise UserError(
            f"{where}: {self.name} has no column '{column}'{did_you_mean(column, self.header)} "
            f"Its columns: {listed(name or '(no name)' for name in self.header)}.{hint}"
        )

    def _header_hint(self, column: str) -> str:
        """Say where the header is, when it is not the first row: exports begin with a title."""
        file = self.files[0]
        if self.is_parquet or self.entry.header:
            return ""
        wanted = column.strip().lower()
        with _open_text(file.readable) as stream:
            lines = [line for _, line in zip(range(_PREAMBLE_LINES), stream, strict=False)]
        for place, line in enumerate(lines):
            if place < file.header_lines:
                continue
            for mark, name in _DELIMITERS.items():
                cells = next(csv.reader([line], delimiter=mark, quotechar=self.entry.quote), [])
                if len(cells) > 1 and wanted in (cell.strip(BLANKS).lower() for cell in cells):
                    other = f" and `delimiter: {name}`" if mark != self.delimiter else ""
                    return (
                        f" Row {place + 1} has it, so that the rows before are no header: write "
                        f"`skip_rows: {place}`{other} under this file in the mapping."
                    )
        return ""

    def rows(self, parameters: Parameters) -> str:
        """Return the SELECT of all rows as text."""
        return "\nunion all\n".join(self._file_rows(file, parameters) for file in self.files)

    def _file_rows(self, file: _OneFile, parameters: Parameters) -> str:
        order = (
            [file.header.index(name) for name in self.header] if file is not self.files[0] else None
        )
        places = order or list(range(len(self.header)))
        if file.types:
            columns = [
                f"{_as_text(quoted(file.header[place]), file.types[place])} as c{i}"
                for i, place in enumerate(places)
            ]
            return (
                f"select {', '.join(columns)}, {parameters.bind(file.name)} as _source_file, "
                f"file_row_number + 1 as _source_row, false as _is_ragged "
                f"from read_parquet({parameters.bind(str(file.readable))}, file_row_number = true)"
            )
        ragged = (
            f"(c{len(places) - 1} is null or overflow is not null)"
            if self._keeps_ragged
            else "false"
        )
        value = f"case when not {ragged} then c{{}} end" if self._keeps_ragged else "c{}"
        columns = [f"{value.format(place)} as c{i}" for i, place in enumerate(places)]
        numbered = (
            f"select *, row_number() over () as record_number from {self._scan(file, parameters)}"
        )
        if file.is_plain:
            line = f"record_number + {file.header_lines}"
            joined = f"({numbered}) as records"
        else:
            line = "starts.line_number"
            joined = (
                f"({numbered}) as records inner join ({self._starts(file, parameters)}) as starts "
                "on records.record_number = starts.record_number"
            )
        return (
            f"select {', '.join(columns)}, {parameters.bind(file.name)} as _source_file, {line} "
            "as _source_row, "
            f"{ragged} as _is_ragged from {joined}"
        )

    @property
    def _keeps_ragged(self) -> bool:
        return self.entry.ragged_rows == "quarantine"

    def _scan(self, file: _OneFile, parameters: Parameters) -> str:
        names = [f"c{place}" for place in range(len(file.header))]
        options = {
            "auto_detect": "false",
            "header": "false",
            "skip": str(file.header_lines),
            "delim": parameters.bind(self.delimiter),
            "quote": parameters.bind(self.entry.quote),
            "escape": parameters.bind(self.entry.escape),
            "max_line_size": str(_LONGEST),
        }
        if self.entry.ragged_rows == "pad":
            options |= {"null_padding": "true", "parallel": "false", "strict_mode": "true"}
        if self._keeps_ragged:
            # An absent value is NULL and an empty one is '' here, which is how a short row is told.
            names.append("overflow")
            options |= {"null_padding": "true", "parallel": "false", "strict_mode": "true"}
            options["nullstr"] = parameters.bind(_NEVER)
        columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
        written = ", ".join(f"{name} = {value}" for name, value in options.items())
        return (
            f"read_csv({parameters.bind(str(file.readable))}, columns = {{{columns}}}, {written})"
        )

    def _starts(self, file: _OneFile, parameters: Parameters) -> str:
        # A record starts on a line that is not blank and not inside quotes: an even number of
        # quotes before it.
        path, quote = parameters.bind(str(file.readable)), parameters.bind(self.entry.quote)
        return f"""
            select row_number() over () as record_number, line_number
            from (
                select
                    line_number,
                    line,
                    sum(quote_count) over (rows unbounded preceding) - quote_count as quotes_before
                from (
                    select
                        line_number,
                        line,
                        coalesce(length(line) - length(replace(line, {quote}, '')), 0)
                            as quote_count
                    from (
                        select row_number() over () as line_number, line
                        from read_csv(
                            {path}, auto_detect = false, header = false, delim = '\x02',
                            quote = '', escape = '', columns = {{'line': 'VARCHAR'}},
                            max_line_size = {_LONGEST}
                        )
                    )
                    where line_number > {file.header_lines}
                )
            )
            where line is not null and quotes_before % 2 = 0
        """

    def count(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Count the records of each file, and see whether a record is always one line."""
        for file in self.files:
            parameters = Parameters()
            if file.types:
                counted = (
                    f"select count(*) from read_parquet({parameters.bind(str(file.readable))})"
                )
                file.record_count = _scalar(connection, counted, parameters)
                continue
            counted = f"select count(*) from {self._scan(file, parameters)}"
            try:
                file.record_count = _scalar(connection, counted, parameters)
            except duckdb.Error as error:
                self.explain(error)
            if file.record_count + file.header_lines == _line_count(file.readable):
                continue
            parameters = Parameters()
            starts = f"select count(*) from ({self._starts(file, parameters)})"
            # Unlike counts: an unusual escape. The number of the record is then the best there is.
            file.is_plain = _scalar(connection, starts, parameters) != file.record_count

    def explain(self, error: duckdb.Error) -> NoReturn:
        """Turn DuckDB's complaint about a file into a message with the row and what to do."""
        self.find_faults()
        lines = str(error).splitlines()
        line = next((text for text in lines if "Line:" in text), lines[0])
        raise UserError(f"{self.name}: {line.split('Error: ')[-1]}") from error

    def find_faults(self) -> None:
        """Raise the first fault: a ragged row, an open quote, text in another encoding."""
        for file in self.files:
            if not file.types:
                self._find_fault(file)

    def _find_fault(self, file: _OneFile) -> None:
        with _open_text(file.readable) as stream:
            reader = csv.reader(stream, **self._dialect(), strict=True)
            begins, width = file.header_lines + 1, len(file.header)
            for _ in range(file.header_lines):
                next(stream, None)
            try:
                for row in reader:
                    is_filled_up = self.entry.ragged_rows == "pad" and len(row) < width
                    if row and len(row) != width and not is_filled_up:
                        _fail_ragged(file, begins, len(row), width, row, self.delimiter)
                    broken = next((value for value in row if "\ufffd" in value), None)
                    if broken is not None:
                        raise UserError(
                            f"{file.name}, row {begins}: '{broken}' is not UTF-8 text: say how "
                            "the file is written "
                            "with `encoding:` in the mapping (cp1252 for most exports from Excel "
                            "on Windows, "
                            "latin-1, utf-16)"
                        )
                    begins = file.header_lines + reader.line_num + 1
            except csv.Error as error:
                if "field larger" in str(error):
                    raise UserError(
                        f"{file.name}, row {begins}: a value has more than {_LONGEST:,} "
                        "characters, or a quote is opened there and not closed: mend the row"
                    ) from error
                raise UserError(
                    f"{file.name}, row {begins}: a quote ({self.entry.quote}) is opened and not "
                    "closed, or stands "
                    f"inside a quoted value without being doubled ({error}): mend the row, or "
                    "give `quote:` and "
                    "`escape:` in the mapping. A file cut off in the middle also ends like this"
                ) from error

    def _dialect(self) -> dict[str, Any]:
        doubled = self.entry.escape == self.entry.quote
        return {
            "delimiter": self.delimiter,
            "quotechar": self.entry.quote,
            "doublequote": doubled,
            "escapechar": None if doubled else self.entry.escape,
        }


def _scalar(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Parameters) -> int:
    row = connection.execute(sql, parameters.values).fetchone()
    assert row is not None
    return int(row[0])


def _fail_ragged(
    file: _OneFile, line: int, found: int, width: int, row: list[str], delimiter: str
) -> NoReturn:
    shown = delimiter.join(row)
    shown = shown if len(shown) <= 80 else shown[:77] + "..."
    raise UserError(
        f"{file.name}, row {line}: {found} values where the header has {width} columns: {shown!r}. "
        + (
            "A value that holds the delimiter must be in quotes; mend the row, or write "
            if found > width
            else "Mend the row, or write under this file in the mapping `ragged_rows: pad` to fill "
            "up short rows, or "
        )
        + "`ragged_rows: quarantine` to set such rows aside (lines behind a report, for one)"
    )


def _line_count(path: Path) -> int:
    lines, last = 0, b""
    with _open_bytes(path) as stream:
        while chunk := stream.read(_CHUNK):
            lines += chunk.count(b"\n")
            last = chunk[-1:]
    return lines + (last not in (b"\n", b""))


def _as_text(column: str, data_type: str) -> str:
    upper = data_type.upper()
    if upper == "VARCHAR":
        return column
    if upper == "TIMESTAMP WITH TIME ZONE":
        return f"cast({column} at time zone 'UTC' as varchar) || 'Z'"
    if upper.startswith("TIMESTAMP"):
        return f"cast(cast({column} as timestamp) as varchar)"
    if upper in ("DOUBLE", "FLOAT"):
        # An id or a count read by a tool that makes numbers of them: 123.0 is 123.
        return (
            f"case when isnan({column}) then null when {column} = trunc({column}) and "
            f"abs({column}) < 1e15 "
            f"then cast(cast({column} as bigint) as varchar) else cast({column} as varchar) end"
        )
    return f"cast({column} as varchar)"


# opening


def open_source(
    entry: FileEntry, folder: Path, scratch: Path, connection: duckdb.DuckDBPyConnection
) -> Source:
    """Find and open the file or files of one entry; whatever is wrong with them is a UserError.

    Args:
        entry: the file as the mapping names it.
        folder: where the company's files are.
        scratch: where a copy in UTF-8 may be written.
        connection: reads the columns of Parquet files.
    """
    files: list[_OneFile] = []
    delimiter = entry.delimiter
    for path in _find(entry, folder):
        name = str(path.relative_to(folder))
        if path.name.lower().endswith((".parquet", ".pq")):
            files.append(_open_parquet(path, name, connection))
            continue
        if path.suffix.lower() in (".xlsx", ".xls", ".ods", ".numbers"):
            raise UserError(
                f"{name} is a spreadsheet: save each of its sheets as CSV (UTF-8) and name that "
                "file"
            )
        if path.suffix.lower() in (".zip", ".7z", ".zst"):
            raise UserError(
                f"{name} is an archive: unpack it, and name the CSV or Parquet file in it "
                "(.csv.gz is read)"
            )
        file, delimiter = _open_csv(path, name, entry, delimiter, scratch)
        files.append(file)
    _check_alike(files)
    return Source(entry=entry, files=files, delimiter=delimiter or ",")


def _find(entry: FileEntry, folder: Path) -> list[Path]:
    if glob.has_magic(entry.pattern):
        found = sorted(path for path in folder.glob(entry.pattern) if path.is_file())
    else:
        found = [path for path in [folder / entry.pattern] if path.is_file()]
    if not found:
        there = sorted(
            str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()
        )
        raise UserError(
            f"{folder} has no file {entry.pattern}{did_you_mean(entry.pattern, there)} "
            f"Files there: {listed(there) or 'none'}"
        )
    return found


def _check_alike(files: list[_OneFile]) -> None:
    first = files[0]
    for file in files[1:]:
        odd = sorted(set(file.header) ^ set(first.header))
        if odd or bool(file.types) != bool(first.types):
            raise UserError(
                f"{file.name} has other columns than {first.name}, and both are rows of one table "
                f"(not in both: {listed(odd) or 'their kind'}): give each its own entry in the "
                "mapping"
            )


def _open_parquet(path: Path, name: str, connection: duckdb.DuckDBPyConnection) -> _OneFile:
    try:
        described = connection.execute(
            "describe select * from read_parquet($path)", {"path": str(path)}
        ).fetchall()
    except duckdb.Error as error:
        raise UserError(
            f"{name} is not a Parquet file that can be read: {str(error).splitlines()[0]}"
        ) from error
    header = [str(row[0]) for row in described]
    return _OneFile(path, name, path, header, types=[str(row[1]) for row in described])


def _open_bytes(path: Path) -> IO[bytes]:
    if path.suffix.lower() == ".gz":
        return cast(IO[bytes], gzip.open(path, "rb"))
    return path.open("rb")


def _open_text(path: Path) -> IO[str]:
    # What is not UTF-8 becomes a mark that can be found and told.
    return io.TextIOWrapper(_open_bytes(path), encoding="utf-8-sig", errors="replace", newline="")


def _open_csv(
    path: Path, name: str, entry: FileEntry, delimiter: str, scratch: Path
) -> tuple[_OneFile, str]:
    encoding = _encoding(path, name, entry)
    readable = path
    if encoding not in ("utf-8", "utf-8-sig") or _has_several_line_ends(path):
        readable = _copy_as_utf8(path, name, encoding, scratch)
    skipped, separator = _skipped(readable, entry)
    delimiter = delimiter or separator or _sniff(readable, name, entry, skipped)
    header, lines = _read_header(readable, name, entry, delimiter, skipped)
    if entry.header:
        header, lines = list(entry.header), skipped
    if _has_quotes_across_lines(readable, lines, entry.quote):
        readable = _copy_with_plain_lines(readable, lines, scratch)
    return _OneFile(path, name, readable, header, header_lines=lines), delimiter


def _has_quotes_across_lines(path: Path, lines: int, quote: str) -> bool:
    """Return whether one of the first lines opens a quote that it does not close.

    DuckDB skips records and we count lines: a name of two lines in the header cost it a row.
    """
    with _open_text(path) as stream:
        return any(line.count(quote) % 2 for line in itertools.islice(stream, lines))


def _copy_with_plain_lines(path: Path, lines: int, scratch: Path) -> Path:
    """Copy a file with as many lines before its rows, each a record."""
    copy = scratch / f"{len(list(scratch.iterdir()))}_{path.name.removesuffix('.gz')}"
    with _open_text(path) as stream, copy.open("w", encoding="utf-8", newline="") as written:
        for line in itertools.islice(stream, lines):
            written.write("-" + line[len(line.rstrip("\r\n")) :])
        shutil.copyfileobj(stream, written)
    return copy


def _skipped(path: Path, entry: FileEntry) -> tuple[int, str]:
    """Return how many lines come before the header, and the separator that a first line names.

    Spreadsheets understand a line such as sep=; at the beginning; some exports write it.
    """
    with _open_text(path) as stream:
        said = _SEPARATOR_LINE.fullmatch(stream.readline())
    return (entry.skip_rows or 1, said[1]) if said else (entry.skip_rows, "")


def _has_several_line_ends(path: Path) -> bool:
    """Return whether lines end in more than one way, or as no reader but a copy of it expects.

    Cells of several lines often have ends of their own; DuckDB loses its way in such a file.
    """
    ends, last = set(), b""
    with _open_bytes(path) as stream:
        while chunk := stream.read(_CHUNK):
            chunk = last + chunk
            last = b"\r" if chunk.endswith(b"\r") else b""
            chunk = chunk.removesuffix(b"\r")
            both = chunk.count(b"\r\n")
            found = {"both": both, "lf": chunk.count(b"\n") - both, "cr": chunk.count(b"\r") - both}
            ends |= {end for end, count in found.items() if count}
    return len(ends) > 1 or "cr" in ends


def _encoding(path: Path, name: str, entry: FileEntry) -> str:
    with _open_bytes(path) as stream:
        try:
            start = stream.read(4096)
        except OSError as error:
            raise UserError(f"{name} cannot be read: {error}") from error
    if not start.strip():
        raise UserError(f"{name} is empty: export it again, or take it out of the mapping")
    _refuse_other_kinds(name, start)
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if start.startswith(mark):
            return encoding
    if entry.encoding:
        try:
            return codecs.lookup(entry.encoding).name
        except LookupError as error:
            raise UserError(
                f"'{entry.encoding}' is no encoding (file {name}); usual ones: utf-8, cp1252, "
                "latin-1, utf-16"
            ) from error
    if b"\x00" in start and not _is_like_utf_16(start):
        raise UserError(
            f"{name} is no text (it holds zero bytes): is it a CSV file? Export it again as CSV"
        )
    if b"\x00" in start:
        side = "utf-16-le" if start[1:2] == b"\x00" else "utf-16-be"
        raise UserError(
            f"{name} is not UTF-8 text (it holds zero bytes): try `encoding: {side}` in the mapping"
        )
    return "utf-8"


def _refuse_other_kinds(name: str, start: bytes) -> None:
    for mark, what in _OTHER_KINDS.items():
        if start.startswith(mark):
            raise UserError(f"{name} is named like a text file and is {what}")
    text = start.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if text.startswith(_MARKUP):
        raise UserError(
            f"{name} is a web page or XML and no CSV, whatever its name says (a page to sign in "
            "looks like this, and so do some reports named .xls): export it as CSV"
        )
    if text.startswith((b"{", b"[{")) and b'":' in text:
        raise UserError(f"{name} is JSON and no CSV: export it as CSV, or turn it into Parquet")


def _is_like_utf_16(start: bytes) -> bool:
    """Return whether every other byte is zero, as in western text of two bytes a character."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    return max(even, odd) * 3 > len(start[::2]) and min(even, odd) * 20 < len(start[::2])


def _copy_as_utf8(path: Path, name: str, encoding: str, scratch: Path) -> Path:
    copy = scratch / f"{len(list(scratch.iterdir()))}_{path.name.removesuffix('.gz')}"
    lines = 1
    # What is not UTF-8 becomes a mark that can be found and told with its row.
    errors = "replace" if encoding in ("utf-8", "utf-8-sig") else "strict"
    characters = codecs.getincrementaldecoder(encoding)(errors)
    decoder = io.IncrementalNewlineDecoder(characters, translate=True)
    with _open_bytes(path) as stream, copy.open("w", encoding="utf-8", newline="") as written:
        while True:
            chunk = stream.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                raise UserError(
                    f"{name}, row {lines} or later: not {encoding} text ({error.reason}): "
                    "correct `encoding:` in the mapping (utf-8, cp1252, latin-1, utf-16)"
                ) from error
            lines += text.count("\n")
            written.write(text)
            if not chunk:
                return copy


def _header_records(
    path: Path, entry: FileEntry, delimiter: str, skipped: int
) -> Iterator[tuple[list[str], int]]:
    with _open_text(path) as stream:
        for _ in range(skipped):
            next(stream, None)
        reader = csv.reader(stream, delimiter=delimiter, quotechar=entry.quote)
        for row in reader:
            yield row, skipped + reader.line_num


def _read_header(
    path: Path, name: str, entry: FileEntry, delimiter: str, skipped: int
) -> tuple[list[str], int]:
    try:
        for row, lines in _header_records(path, entry, delimiter, skipped):
            if any("\ufffd" in value for value in row):
                raise UserError(
                    f"{name}: the header is not UTF-8 text: say how the file is written with "
                    "`encoding:` in the mapping (cp1252 for most exports from Excel on Windows, "
                    "latin-1, utf-16)"
                )
            if row:
                return [value.strip(BLANKS) for value in row], lines
    except csv.Error as error:
        raise UserError(
            f"{name}: the header cannot be read ({error}): give `delimiter:` and `quote:`"
        ) from error
    raise UserError(
        f"{name} has no header after {skipped} rows: correct `skip_rows:` in the mapping"
    )


def _sniff(path: Path, name: str, entry: FileEntry, skipped: int) -> str:
    widths = {mark: len(_read_header(path, name, entry, mark, skipped)[0]) for mark in _DELIMITERS}
    several = sorted(
        (mark for mark, width in widths.items() if width > 1), key=lambda mark: -widths[mark]
    )
    if len(several) > 1 and widths[several[0]] <= 2 * widths[several[1]]:
        found = " and ".join(f"{_DELIMITERS[mark]} ({widths[mark]} columns)" for mark in several)
        raise UserError(
            f"{name}: the header could be separated by {found}: say which with `delimiter:` in "
            "the mapping"
        )
    return several[0] if several else ","


def _delimiter_hint(header: str, delimiter: str) -> str:
    other = [name for mark, name in _DELIMITERS.items() if mark != delimiter and mark in header]
    return f" The header is one column: should `delimiter:` be {other[0]}?" if other else ""
