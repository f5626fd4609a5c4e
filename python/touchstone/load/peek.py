"""A first look at a file of which nothing is known: its header, what stands above it, a sample."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import duckdb

from touchstone.load.files import BLANKS

_ENDINGS = (".csv", ".csv.gz", ".tsv", ".txt", ".parquet", ".pq")
_DELIMITERS = ",;\t|"
# A header is looked for in so many lines, values in so many rows.
_HEADER_LINES = 40
_SAMPLE_ROWS = 100_000
_DISTINCT_VALUES = 20_000
_KEPT_ROWS = 5_000


@dataclass
class Peek:
    """What a look at one file shows."""

    name: str
    header: list[str] = field(default_factory=list)
    skip_rows: int = 0
    delimiter: str = ""
    encoding: str = ""
    has_ragged_rows: bool = False
    row_count: int = 0
    values: list[Counter[str]] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    problem: str = ""

    def sample(self, column: str) -> Counter[str]:
        """Return the values of a column, with how often each is there."""
        return self.values[self.header.index(column)]


def files_of(folder: Path) -> list[str]:
    """Return the names of the files in a folder that can hold rows, in order."""
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.parts[-2:])
    )


def peek(folder: Path, name: str, is_header: Callable[[Sequence[str]], bool]) -> Peek | None:
    """Look at a file; what cannot be read is said in `problem`, what holds no rows is nothing.

    Args:
        folder: where the files are.
        name: the file, from there.
        is_header: says whether a line of names is the header of a known shape.
    """
    path = folder / name
    if not path.name.lower().endswith(_ENDINGS):
        if path.suffix.lower() in (".xlsx", ".xls", ".ods", ".numbers"):
            return Peek(name, problem="a spreadsheet: save each of its sheets as CSV (UTF-8)")
        if path.suffix.lower() in (".zip", ".7z", ".zst"):
            return Peek(name, problem="an archive: unpack it")
        return None
    if path.name.lower().endswith((".parquet", ".pq")):
        return _peek_parquet(path, name)
    raw = _open(path)
    if not raw.strip():
        return Peek(name, problem="empty: export it again")
    encoding, said = _encoding(raw)
    text = raw.decode(encoding, errors="replace").lstrip("\ufeff")
    found = _header(text, is_header)
    if found is None:
        return Peek(name, problem="without a header that can be told")
    line, delimiter = found
    seen = Peek(name, skip_rows=line, delimiter=delimiter, encoding=said)
    _sample(seen, text)
    return seen


def _open(path: Path) -> bytes:
    import gzip

    if path.suffix.lower() == ".gz":
        with gzip.open(path, "rb") as packed:
            return packed.read(_BYTES)
    with path.open("rb") as stream:
        return stream.read(_BYTES)


# Enough for the sample: a row of a kilobyte is a long one.
_BYTES = 64 << 20


def _encoding(raw: bytes) -> tuple[str, str]:
    """Return the encoding to read with, and the one the mapping has to name."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(mark):
            return name, ""
    if b"\x00" in raw[:4096]:
        name = "utf-16-le" if raw[1:2] == b"\x00" else "utf-16-be"
        return name, name
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(raw)  # the last character may be cut off
    except UnicodeDecodeError:
        return "cp1252", "cp1252"
    return "utf-8", ""


def _header(text: str, is_header: Callable[[Sequence[str]], bool]) -> tuple[int, str] | None:
    """Return how many lines stand above the header, and the delimiter."""
    lines = list(islice(io.StringIO(text, newline=""), _HEADER_LINES))
    rows: list[tuple[int, str, list[str]]] = []
    for number, line in enumerate(lines):
        for delimiter in _DELIMITERS:
            row = _split(line, delimiter)
            if len(row) > 1 or len(lines) == number + 1 == 1:
                rows.append((number, delimiter, row))
    known = [row for row in rows if is_header(row[2])]
    if known:
        number, delimiter, _ = max(known, key=lambda row: (len(row[2]), -row[0]))
        return number, delimiter
    if not rows:
        return (0, ",") if lines and lines[0].strip() else None
    # Unknown names: the first line as wide as most lines are, by the delimiter that cuts most.
    widths = Counter((delimiter, len(row)) for _, delimiter, row in rows)
    delimiter, width = max(
        widths, key=lambda key: (widths[key] * key[1], -_DELIMITERS.index(key[0]))
    )
    return next(
        (number, mark) for number, mark, row in rows if mark == delimiter and len(row) == width
    )


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return [value.strip(BLANKS) for value in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _sample(seen: Peek, text: str) -> None:
    stream = io.StringIO(text, newline="")
    for _ in range(seen.skip_rows):
        next(stream, None)
    csv.field_size_limit(_BYTES)
    reader = csv.reader(stream, delimiter=seen.delimiter)
    seen.header = [name.strip(BLANKS) for name in next(reader, [])]
    seen.values = [Counter() for _ in seen.header]
    try:
        for row in islice(reader, _SAMPLE_ROWS):
            if not row:
                continue
            if len(row) != len(seen.header):
                seen.has_ragged_rows = True
                continue
            seen.row_count += 1
            if len(seen.rows) < _KEPT_ROWS:
                seen.rows.append([value.strip(BLANKS) for value in row])
            for value, counter in zip(row, seen.values, strict=True):
                _count(counter, value)
    except csv.Error:
        pass  # the load tells what is wrong, with the row


def _count(counter: Counter[str], value: str) -> None:
    value = value.strip(BLANKS)
    if value and (value in counter or len(counter) < _DISTINCT_VALUES):
        counter[value] += 1


def _peek_parquet(path: Path, name: str) -> Peek:
    try:
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            read = connection.execute(
                "select columns(*)::varchar from read_parquet($path) limit $rows",
                {"path": str(path), "rows": _SAMPLE_ROWS},
            )
            header = [str(column[0]) for column in read.description or []]
            rows = read.fetchall()
    except duckdb.Error as error:
        return Peek(
            name, problem=f"no Parquet file that can be read ({str(error).splitlines()[0]})"
        )
    seen = Peek(name, header, values=[Counter() for _ in header], row_count=len(rows))
    for row in rows:
        written = ["" if value is None else re.sub(r"\+00$", "Z", str(value)) for value in row]
        if len(seen.rows) < _KEPT_ROWS:
            seen.rows.append(written)
        for value, counter in zip(written, seen.values, strict=True):
            _count(counter, value)
    return seen
