"""The mapping file: read with line numbers, checked, and turned into plain values."""

import difflib
import re
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import duckdb
import yaml

from touchstone.errors import UserError
from touchstone.load.contract import Column, Table, read_contract
from touchstone.load.shapes import shape_names
from touchstone.project import project_directory
from touchstone.settings import project_settings, setting_problem, setting_rules, zone_problem

COMPANIES = Path(__file__).resolve().parents[1] / "companies"

_TOP_KEYS = ("company", "settings", "defaults", "files", "tables")
_WRITING_KEYS = (
    "date_format",
    "time_zone",
    "decimal_separator",
    "thousands_separator",
    "suffixes",
    "remove",
    "true_values",
    "false_values",
    "null_values",
)
_FILE_KEYS = (
    "delimiter",
    "quote",
    "escape",
    "encoding",
    "header",
    "skip_rows",
    "ragged_rows",
    *_WRITING_KEYS,
)
_TABLE_KEYS = (
    "from",
    "join",
    "only",
    "except",
    "only_with",
    "one_row_per",
    "breakdown",
    "several",
    "columns",
)
_JOIN_KEYS = ("with", "on", "several")
_ORIGIN_KEYS = ("column", "constant", "template", "first_of", "has_value")
_COLUMN_KEYS = (
    *_ORIGIN_KEYS,
    "values",
    "unlisted",
    "split",
    "take",
    "multiply_by",
    "hashed",
    "as_is",
    *_WRITING_KEYS,
)
_PATTERN_KEYS = ("matches", "like")
# What a letter behind a number means where the mapping lists it without a factor of its own.
_SUFFIXES = {"k": "1000", "m": "1000000", "mm": "1000000", "b": "1000000000", "bn": "1000000000"}
# dbt vars that say where the data is, not how the company reports: not for a mapping to set.
_NOT_SETTINGS = ("raw_data", "source_schemas", "source_databases")


class Section(dict[str, Any]):
    """A YAML mapping that knows the line of each of its keys."""

    def __init__(self, line: int) -> None:
        """Begin empty, at a line of the file."""
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


@dataclass(frozen=True)
class Writing:
    """How the values of a file or a column are written; empty means ISO dates and plain numbers."""

    date_format: tuple[str, ...] = ()
    time_zone: str = ""
    decimal_separator: str = ""
    thousands_separator: str = ""
    suffixes: tuple[tuple[str, str], ...] = ()
    remove: tuple[str, ...] = ()
    true_values: tuple[str, ...] = ()
    false_values: tuple[str, ...] = ()
    null_values: tuple[str, ...] = ()
    is_ours: bool = False  # a value with a type of its own, which we have written in ISO form


@dataclass(frozen=True)
class FileEntry:
    """One file, or a pattern of several alike, and how it is written."""

    alias: str
    pattern: str
    delimiter: str = ""
    quote: str = '"'
    escape: str = '"'
    encoding: str = ""
    header: tuple[str, ...] = ()
    skip_rows: int = 0
    ragged_rows: Literal["error", "quarantine", "pad"] = "error"
    writing: Writing = Writing()


@dataclass(frozen=True)
class Origin:
    """Where the values of one column come from: exactly one of the first five is set."""

    column: str = ""
    constant: str | None = None
    template: str = ""
    first_of: tuple["Origin", ...] = ()
    has_value: str = ""
    values: tuple[tuple[str, str], ...] = ()
    unlisted: Literal["keep", "empty", "error"] = "keep"
    split: str = ""
    takes_first: bool = False
    multiply_by: str = ""
    is_hashed: bool = False
    is_as_is: bool = False
    writing: Section | None = None
    where: str = ""


@dataclass(frozen=True)
class Split:
    """A column of which one cell holds several values: a row for each, or the first alone."""

    column: str
    separator: str
    takes_first: bool
    where: str


@dataclass(frozen=True)
class Filter:
    """Values of one column by which rows are taken or left; a pattern is a regular expression."""

    column: str
    values: tuple[str, ...]
    patterns: tuple[str, ...]


@dataclass(frozen=True)
class Join:
    """One more file, of which at most one row belongs to each row of the first."""

    file: FileEntry
    on: tuple[tuple[str, str], ...]
    several: Literal["error", "first"]
    where: str


@dataclass(frozen=True)
class Part:
    """Rows for one source table from one file; a table can have several parts."""

    table: Table
    file: FileEntry
    columns: dict[str, Origin]
    where: str
    joins: tuple[Join, ...] = ()
    splits: tuple[Split, ...] = ()
    only: tuple[Filter, ...] = ()
    leave_out: tuple[Filter, ...] = ()
    only_with: tuple[str, ...] = ()
    one_row_per: tuple[str, ...] = ()
    breakdown: tuple[str, ...] = ()
    several: Literal["", "error", "latest"] = ""

    @property
    def asks_which_counts(self) -> bool:
        """Whether rows of one key that differ, in one load, are a question."""
        return self.several == "error" or (self.table.is_cost and self.several == "")

    @property
    def filters(self) -> list[str]:
        """The keys by which rows of the file are not taken."""
        given = {
            "only": self.only,
            "except": self.leave_out,
            "only_with": self.only_with,
            "one_row_per": self.one_row_per,
        }
        return [name for name, value in given.items() if value]


@dataclass(frozen=True)
class Mapping:
    """A whole mapping file."""

    name: str
    company: str
    settings: dict[str, object] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    path: Path | None = None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?", or a full stop when nothing is near."""
    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f"; did you mean '{by_lower[close[0]]}'?" if close else "."


def listed(names: Iterable[str], most: int = 40) -> str:
    """Return names as text, the first of many."""
    names = list(names)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def find_mapping(name: str | Path) -> Path:
    """Return the file of a mapping: a path, or the name of one that comes with the project."""
    path = Path(name)
    if path.is_file():
        return path
    shipped = sorted(COMPANIES.glob("*.yml"))
    if path.suffix == "" and len(path.parts) == 1:
        for known in shipped:
            if known.stem == path.name:
                return known
    names = [known.stem for known in shipped]
    raise UserError(
        f"no mapping file {name}{did_you_mean(str(name), [*names, *shape_names()])} "
        f"Give a path, or one of the mappings that come with the project: {', '.join(names)}; "
        f"or a known export: {', '.join(shape_names())}"
    )


def dbt_vars(mapping_path: str | Path, project: Path | None = None) -> dict[str, object]:
    """Return the dbt vars with which a company loaded by this mapping is built.

    Args:
        mapping_path: a mapping file, or the name of one that comes with the project.
        project: folder of dbt_project.yml; found when not given.
    """
    project = project or project_directory()
    return {"raw_data": "loaded", **read_mapping(find_mapping(mapping_path), project).settings}


def read_mapping(path: Path, project: Path) -> Mapping:
    """Read and check a mapping file; every mistake in it is a UserError with its line."""
    return _Reader(path, read_contract(project), project).mapping()


def _known_settings(project: Path) -> list[str]:
    return [name for name in project_settings(project) if name not in _NOT_SETTINGS]


def _value(text: str, rule: MappingOf[str, Any]) -> object:
    """Return a setting as its rule takes it: a mapping is read as text."""
    if rule.get("one_of") == [True, False] and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if rule.get("kind") == "number" and re.fullmatch(r"-?\d+", text):
        return int(text)
    return text


class _Reader:
    """Turns the YAML of one mapping into plain values, and says where it is wrong."""

    def __init__(self, path: Path, contract: dict[str, Table], project: Path) -> None:
        self.path = path
        self.contract = contract
        self.project = project
        self.files: dict[str, FileEntry] = {}
        self.defaults = Section(0)

    def mapping(self) -> Mapping:
        """Return the whole mapping."""
        top = self._load()
        self._check_keys(top, _TOP_KEYS, "a mapping")
        self.defaults = self._section(top, "defaults", top)
        self._check_keys(self.defaults, _FILE_KEYS, "defaults")
        self._writing(self.defaults)
        for alias, entry in self._section(top, "files", top).items():
            self.files[alias] = self._file(alias, entry, top["files"].lines[alias])
        tables = self._section(top, "tables", top)
        if not tables:
            self._fail(
                top.line,
                "no table is mapped: add `tables:` (touchstone load --template all shows them)",
            )
        parts = [
            part
            for label, entry in tables.items()
            for part in self._parts(label, entry, tables.lines[label])
        ]
        return Mapping(
            name=self.path.name,
            company=str(top.get("company", self.path.stem)),
            settings=self._settings(self._section(top, "settings", top)),
            parts=tuple(parts),
            path=self.path,
        )

    # the YAML

    def _load(self) -> Section:
        try:
            node = yaml.compose(self.path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
        except UnicodeDecodeError as error:
            raise UserError(f"{self.path.name} is not UTF-8 text: save it as UTF-8") from error
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            raise UserError(
                f"{self.path.name} line {line}: not valid YAML: "
                f"{getattr(error, 'problem', error)}; "
                "text with ':', '#', '{', '%' or a leading '*' or '@' needs quotes"
            ) from error
        if node is None:
            raise UserError(
                f"{self.path.name} is empty (touchstone load --template all prints a skeleton)"
            )
        value = self._value(node)
        if not isinstance(value, Section):
            self._fail(1, "a mapping has keys: company, settings, defaults, files, tables")
        top: Section = value
        return top

    def _value(self, node: yaml.Node) -> Any:
        # Scalars stay text: YAML would read `No` as false, `2016-10-20` as a date and `007` as a
        # number.
        if isinstance(node, yaml.ScalarNode):
            is_null = node.style is None and node.tag == "tag:yaml.org,2002:null"
            return "" if is_null else str(node.value)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item) for item in node.value]
        section = Section(node.start_mark.line + 1)
        assert isinstance(node, yaml.MappingNode)
        for key_node, value_node in node.value:
            key, line = str(self._value(key_node)), key_node.start_mark.line + 1
            if key in section:
                self._fail(
                    line, f"'{key}' is there twice (first in line {section.lines[key]}): keep one"
                )
            section[key] = self._value(value_node)
            section.lines[key] = line
        return section

    def _fail(self, line: int, message: str) -> None:
        raise UserError(f"{self.path.name} line {line}: {message}")

    def _check_keys(self, section: Section, known: Sequence[str], what: str) -> None:
        for key in section:
            if key not in known:
                self._fail(
                    section.lines[key],
                    f"'{key}' is no key of {what}{did_you_mean(key, known)} Known keys: "
                    f"{listed(known)}",
                )

    def _section(self, parent: Section, key: str, where: Section) -> Section:
        value = parent.get(key, "")
        if value == "":
            return Section(where.line)
        if not isinstance(value, Section):
            self._fail(parent.lines[key], f"'{key}' must hold `name: value` lines")
        section: Section = value
        return section

    def _text(self, section: Section, key: str) -> str:
        value = section.get(key, "")
        if not isinstance(value, str):
            self._fail(section.lines[key], f"'{key}' must be one value")
        return str(value)

    def _texts(self, section: Section, key: str) -> tuple[str, ...]:
        value = section.get(key, [])
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) for item in values):
            self._fail(section.lines[key], f"'{key}' must be a value or a list of values")
        return tuple(values)

    def _choice(self, section: Section, key: str, choices: Sequence[str]) -> Any:
        value = self._text(section, key) or choices[0]
        if value not in choices:
            self._fail(
                section.lines[key], f"'{key}' is '{value}'; it must be one of: {', '.join(choices)}"
            )
        return value

    # the parts of a mapping

    def _settings(self, section: Section) -> dict[str, object]:
        self._check_keys(section, _known_settings(self.project), "settings")
        rules = setting_rules(self.project)
        settings: dict[str, object] = {}
        for name in section:
            settings[name] = _value(self._text(section, name), rules[name])
            if problem := setting_problem(self.project, name, settings[name], rules[name]):
                self._fail(section.lines[name], problem)
        return settings

    def _check_time_zone(self, name: str, line: int) -> None:
        if problem := zone_problem(name):
            self._fail(line, f"'{name}' {problem}")

    def _file(self, alias: str, entry: Any, line: int) -> FileEntry:
        if isinstance(entry, str):
            entry = self._as_section({"file": entry}, line)
        if not isinstance(entry, Section):
            self._fail(line, f"file '{alias}' must be a file name, or keys with `file:` among them")
        self._check_keys(entry, ("file", *_FILE_KEYS), f"file '{alias}'")
        pattern = self._text(entry, "file")
        if not pattern:
            self._fail(line, f"file '{alias}' has no `file:`: name the file in the folder you load")
        merged = Section(line)
        for source in (self.defaults, entry):
            merged.update(source)
            merged.lines.update(source.lines)
        skip_rows = self._text(merged, "skip_rows") or "0"
        if not skip_rows.isdigit():
            self._fail(
                merged.lines["skip_rows"],
                f"'skip_rows' is '{skip_rows}'; it must be a whole number",
            )
        quote = self._character(merged, "quote", '"')
        return FileEntry(
            alias=alias,
            pattern=pattern,
            delimiter=self._delimiter(merged),
            quote=quote,
            escape=self._character(merged, "escape", quote),
            encoding=self._text(merged, "encoding"),
            header=self._texts(merged, "header"),
            skip_rows=int(skip_rows),
            ragged_rows=self._choice(merged, "ragged_rows", ("error", "quarantine", "pad")),
            writing=self._writing(merged),
        )

    @staticmethod
    def _as_section(values: dict[str, Any], line: int) -> Section:
        section = Section(line)
        section.update(values)
        section.lines.update(dict.fromkeys(values, line))
        return section

    def _delimiter(self, section: Section) -> str:
        words = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
        text = self._text(section, "delimiter")
        text = words.get(text.lower(), text)
        if len(text) > 1:
            self._fail(
                section.lines["delimiter"],
                f"'delimiter' is '{text}'; it must be one character, or tab",
            )
        return text

    def _character(self, section: Section, key: str, default: str) -> str:
        text = self._text(section, key) or default
        if len(text) > 1:
            self._fail(section.lines[key], f"'{key}' is '{text}'; it must be one character")
        return text

    def _writing(self, section: Section, base: Writing | None = None) -> Writing:
        changes: dict[str, Any] = {}
        for key in _WRITING_KEYS:
            if key not in section:
                continue
            line = section.lines[key]
            if key in ("time_zone", "decimal_separator", "thousands_separator"):
                changes[key] = self._text(section, key)
            elif key == "suffixes":
                changes[key] = self._suffixes(section, key)
            else:
                changes[key] = self._texts(section, key)
            if key == "time_zone":
                self._check_time_zone(changes[key], line)
            if key == "decimal_separator" and changes[key] not in (".", ","):
                self._fail(line, f"'{key}' is '{changes[key]}'; it must be '.' or ','")
            if key == "thousands_separator" and changes[key] not in (".", ",", " ", "'", "_"):
                self._fail(
                    line,
                    f"'{key}' is '{changes[key]}'; it must be one of '.', ',', ' ', \"'\", '_'",
                )
            if key == "date_format":
                for text in changes[key]:
                    self._check_date_format(text, line)
        writing = replace(base or Writing(), **changes)
        if writing.decimal_separator and writing.decimal_separator == writing.thousands_separator:
            self._fail(
                section.line,
                "decimal_separator and thousands_separator are the same: they must differ",
            )
        return writing

    def _suffixes(self, section: Section, key: str) -> tuple[tuple[str, str], ...]:
        value = section[key]
        given = value if isinstance(value, Section) else {}
        if not isinstance(value, Section):
            given = {name: _SUFFIXES.get(name.lower(), "") for name in self._texts(section, key)}
        for name, factor in given.items():
            if not (isinstance(factor, str) and re.fullmatch(r"\d{1,13}", factor)):
                self._fail(
                    section.lines[key],
                    f"'{key}' must say what '{name}' stands for: write it as "
                    "`suffixes: {K: 1000, M: 1000000}`, or as [K, M, B] for thousands, millions "
                    "and billions",
                )
        return tuple((name.strip().lower(), factor) for name, factor in given.items())

    def _check_date_format(self, text: str, line: int) -> None:
        try:
            strptime_format(text)
        except ValueError as error:
            self._fail(line, f"'date_format' is '{text}': {error}")

    def _named_file(self, name: str, line: int) -> FileEntry:
        if name in self.files:
            return self.files[name]
        if not re.search(r"\.\w+$|[*?]", name):
            self._fail(
                line,
                f"'{name}' is neither a name under `files:` nor a file "
                f"name{did_you_mean(name, self.files)} "
                f"Names under files: {listed(self.files) or 'none'}",
            )
        return self._file(Path(name).stem, name, line)

    def _parts(self, label: str, entry: Any, line: int) -> list[Part]:
        table = self.contract.get(label)
        if table is None:
            self._fail(
                line,
                f"'{label}' is no source table{did_you_mean(label, self.contract)} Tables: "
                f"{listed(self.contract)}",
            )
        assert table is not None
        entries = entry if isinstance(entry, list) else [entry]
        return [self._part(table, item, line) for item in entries]

    def _part(self, table: Table, entry: Any, line: int) -> Part:
        if not isinstance(entry, Section):
            self._fail(line, f"table '{table.label}' must hold `from:` and `columns:`")
        self._check_keys(entry, _TABLE_KEYS, f"table '{table.label}'")
        line = entry.line
        name = self._text(entry, "from")
        if not name:
            self._fail(
                line, f"table '{table.label}' has no `from:`: name the file its rows come from"
            )
        columns = self._section(entry, "columns", entry)
        known = [column.name for column in table.columns]
        for column in columns:
            if column not in known:
                self._fail(
                    columns.lines[column],
                    f"'{column}' is no column of {table.label}{did_you_mean(column, known)} "
                    f"Columns: {listed(known)}",
                )
        for column in table.required:
            if column not in columns:
                self._fail(
                    line,
                    f"table '{table.label}' does not map '{column}', which it requires "
                    f"(required: {', '.join(table.required)}); map it to one of your columns, "
                    "or write {constant: ...} or {template: ...}",
                )
        if "breakdown" in entry and not table.is_cost:
            costs = [name for name, other in self.contract.items() if other.is_cost]
            self._fail(
                entry.lines["breakdown"],
                f"'breakdown' is for tables of cost, whose parts are summed ({listed(costs)}); "
                f"where several columns make a row of {table.label}, give its key by "
                "{template: ...}",
            )
        joins = entry.get("join", [])
        origins = {
            column: self._origin(columns[column], table.column(column), columns.lines[column])
            for column in columns
        }
        return Part(
            table=table,
            file=self._named_file(name, entry.lines["from"]),
            columns=origins,
            splits=self._splits(table, origins, columns),
            where=f"{self.path.name} line {line}",
            joins=tuple(
                self._join(item, line) for item in (joins if isinstance(joins, list) else [joins])
            ),
            only=self._filters(entry, "only"),
            leave_out=self._filters(entry, "except"),
            only_with=self._texts(entry, "only_with"),
            one_row_per=self._texts(entry, "one_row_per"),
            breakdown=self._texts(entry, "breakdown"),
            several=(
                self._choice(entry, "several", ("error", "latest")) if "several" in entry else ""
            ),
        )

    def _splits(
        self, table: Table, origins: dict[str, Origin], columns: Section
    ) -> tuple[Split, ...]:
        splits: dict[str, Split] = {}
        for name, origin in origins.items():
            for item in (origin, *origin.first_of):
                if not item.split:
                    continue
                split = Split(item.column, item.split, item.takes_first, item.where)
                if splits.setdefault(item.column, split) != replace(
                    split, where=splits[item.column].where
                ):
                    self._fail(
                        columns.lines[name],
                        f"'{item.column}' is split in another way for another column of this "
                        "table: write the same `split:` and `take:` for both",
                    )
        into_rows = [split for split in splits.values() if not split.takes_first]
        if len(into_rows) > 1:
            self._fail(
                columns.line,
                f"{listed(split.column for split in into_rows)} are split into rows, and only one "
                "column of a table can be: map the table in two parts, or write `take: first`",
            )
        for split in into_rows:
            if not any(
                names_column(origins[key], split.column) for key in table.key if key in origins
            ):
                key = next(key for key in table.key if key in origins)
                self._fail(
                    columns.line,
                    f"'{split.column}' is split into rows, and all of them would have one "
                    f"{' and '.join(table.key)}: add it to the key, as in `{key}: {{template: "
                    f'"{{{origins[key].column or "your id"}}}-{{{split.column}}}"}}`, or write '
                    "`take: first` beside `split:`",
                )
        return tuple(splits.values())

    def _filters(self, entry: Section, key: str) -> tuple[Filter, ...]:
        section = self._section(entry, key, entry)
        return tuple(self._filter(section, column) for column in section)

    def _filter(self, section: Section, column: str) -> Filter:
        entry, line = section[column], section.lines[column]
        values: list[str] = []
        patterns: list[str] = []
        for item in entry if isinstance(entry, list) else [entry]:
            if isinstance(item, str):
                values.append(item)
                continue
            if not isinstance(item, Section):
                self._fail(line, f"'{column}' must be a value, a pattern or a list of them")
            self._check_keys(item, _PATTERN_KEYS, f"a pattern for '{column}'")
            patterns += [self._pattern(text, line) for text in self._texts(item, "matches")]
            patterns += [like_pattern(text) for text in self._texts(item, "like")]
        return Filter(column, tuple(values), tuple(patterns))

    def _pattern(self, text: str, line: int) -> str:
        try:
            # the engine that will run it: RE2 knows no look-ahead and no back-references
            duckdb.execute("select regexp_matches('', $pattern)", {"pattern": text})
        except duckdb.Error as error:
            self._fail(line, f"'matches' is '{text}', which is no regular expression: {error}")
        return text

    def _join(self, entry: Any, line: int) -> Join:
        if not isinstance(entry, Section):
            self._fail(
                line,
                "a join is written {with: other_file, on: column} or {..., on: {ours: theirs}}",
            )
        self._check_keys(entry, _JOIN_KEYS, "a join")
        for key in ("with", "on"):
            if key not in entry:
                self._fail(entry.line, f"a join needs `{key}:`")
        on = entry["on"]
        if isinstance(on, Section):
            pairs = tuple((ours, self._text(on, ours)) for ours in on)
        else:
            pairs = tuple((name, name) for name in self._texts(entry, "on"))
        return Join(
            file=self._named_file(self._text(entry, "with"), entry.lines["with"]),
            on=pairs,
            several=self._choice(entry, "several", ("error", "first")),
            where=f"{self.path.name} line {entry.line}",
        )

    def _origin(self, entry: Any, column: Column, line: int) -> Origin:
        where = f"{self.path.name} line {line}"
        if isinstance(entry, str):
            if not entry:
                self._fail(
                    line,
                    f"'{column.name}' is mapped to nothing: name your column, or delete the line",
                )
            return Origin(column=entry, where=where)
        if not isinstance(entry, Section):
            self._fail(
                line,
                f"'{column.name}' must be the name of your column, or keys such as "
                f"{{constant: ...}}",
            )
        self._check_keys(entry, _COLUMN_KEYS, f"column '{column.name}'")
        given = [key for key in _ORIGIN_KEYS if key in entry]
        if len(given) != 1:
            self._fail(line, f"'{column.name}' needs exactly one of: {', '.join(_ORIGIN_KEYS)}")
        first_of = entry.get("first_of", [])
        if not isinstance(first_of, list):
            self._fail(line, "'first_of' must be a list: the first one that has a value counts")
        values = self._section(entry, "values", entry)
        self._check_value_map(values)
        multiply_by = self._text(entry, "multiply_by")
        if multiply_by and not re.fullmatch(r"-?\d{1,9}(\.\d{1,5})?", multiply_by):
            self._fail(
                line,
                f"'multiply_by' is '{multiply_by}'; it must be a number such as 1000000 or 0.01",
            )
        if multiply_by and column.kind not in ("number", "whole number"):
            self._fail(line, f"'multiply_by' is for numbers; {column.name} is a {column.kind}")
        split, take = self._text(entry, "split"), self._choice(entry, "take", ("all", "first"))
        if split and "column" not in entry:
            self._fail(line, "'split' is for the values of one of your columns: add `column:`")
        if take == "first" and not split:
            self._fail(line, "'take' needs `split:` beside it, as in {column: ids, split: \";\"}")
        is_hashed = self._choice(entry, "hashed", ("false", "true")) == "true"
        if is_hashed and column.kind != "text":
            self._fail(line, f"'hashed' is for ids and names; {column.name} is a {column.kind}")
        writing = self._as_section({key: entry[key] for key in _WRITING_KEYS if key in entry}, line)
        self._writing(writing)
        if "suffixes" in writing:
            writing["suffixes"] = self._suffixes(writing, "suffixes")
        return Origin(
            column=self._text(entry, "column"),
            constant=self._text(entry, "constant") if "constant" in entry else None,
            template=self._text(entry, "template"),
            first_of=tuple(self._origin(item, column, line) for item in first_of),
            has_value=self._text(entry, "has_value"),
            values=tuple((key, self._text(values, key)) for key in values),
            unlisted=self._choice(entry, "unlisted", ("keep", "empty", "error")),
            split=split,
            takes_first=take == "first",
            multiply_by=multiply_by,
            is_hashed=is_hashed,
            is_as_is=self._choice(entry, "as_is", ("false", "true")) == "true",
            writing=writing,
            where=where,
        )

    def _check_value_map(self, values: Section) -> None:
        seen: dict[str, str] = {}
        for key in values:
            folded = key.strip().lower()
            if folded in seen and values[seen[folded]] != values[key]:
                self._fail(
                    values.lines[key],
                    f"'{key}' and '{seen[folded]}' differ only in case or spaces, which a value "
                    "map ignores: "
                    "keep one",
                )
            seen.setdefault(folded, key)


def names_column(origin: Origin, column: str) -> bool:
    """Return whether the values of an origin are made of a column of the file."""
    return (
        column in (origin.column, origin.has_value)
        or f"{{{column}}}" in re.sub(r"\{\s*(.*?)\s*\}", r"{\1}", origin.template)
        or any(names_column(item, column) for item in origin.first_of)
    )


def like_pattern(text: str) -> str:
    """Return the regular expression of a value with * and ? in it.

    >>> like_pattern("Total*")
    '^Total.*$'
    """
    wildcards = {"*": ".*", "?": "."}
    return "^" + "".join(wildcards.get(letter) or re.escape(letter) for letter in text) + "$"


def with_writing(base: Writing, changes: Section | None) -> Writing:
    """Return how one column is written: as its file, but for what the column says itself."""
    if not changes:
        return base
    values: dict[str, Any] = {}
    for key, value in changes.items():
        is_ready = isinstance(value, tuple) or key in (
            "time_zone",
            "decimal_separator",
            "thousands_separator",
        )
        values[key] = value if is_ready else tuple(value if isinstance(value, list) else [value])
    return replace(base, **values)


_TOKENS = {
    "YYYY": "%Y",
    "YY": "%y",
    "MMMM": "%B",
    "MMM": "%b",
    "MM": "%m",
    "M": "%m",
    "DD": "%d",
    "D": "%d",
    "HH": "%H",
    "H": "%H",
    "hh": "%I",
    "h": "%I",
    "mm": "%M",
    "ss": "%S",
    "SSSSSS": "%f",
    "SSS": "%g",
    "AM": "%p",
    "PM": "%p",
    "Z": "%z",
}
_TOKEN = re.compile("|".join(sorted(_TOKENS, key=len, reverse=True)))
EPOCH_FORMATS = {"epoch seconds": 1_000_000, "epoch milliseconds": 1_000, "epoch microseconds": 1}


def strptime_format(text: str) -> str:
    """Return DuckDB's format for one written as DD/MM/YYYY HH:mm:ss (or already in % form).

    >>> strptime_format("DD/MM/YYYY HH:mm")
    '%d/%m/%Y %H:%M'
    """
    if text in EPOCH_FORMATS:
        return text
    form = text if "%" in text else _TOKEN.sub(lambda match: _TOKENS[match.group()], text)
    leftover = re.sub(r"%-?[A-Za-z]", "", form)
    if (
        re.search(r"[A-SU-Za-z]", leftover)
        or not re.search(r"%[Yy]", form)
        or not re.search(r"%[mbB]", form)
    ):
        raise ValueError(
            "write it with YYYY or YY, MM (or MMM, MMMM for names), DD, HH (24 h) or hh (12 h, "
            "with AM), mm, ss, "
            "SSS, Z (offset), as in DD/MM/YYYY HH:mm:ss; or 'epoch seconds', 'epoch milliseconds', "
            "'epoch microseconds'"
        )
    return form
