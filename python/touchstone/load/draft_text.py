"""The text of a drafted mapping, of what was found in the files of a folder (draft)."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import wrap
from typing import Any

from touchstone.load.contract import Column, Table
from touchstone.load.peek import Peek
from touchstone.load.shapes import Match
from touchstone.load.vocabulary import (
    VOCABULARIES,
    Vocabulary,
    near,
    read_names,
    unknown,
    written,
)

Settings = Mapping[str, Any]
MOST_VALUES = 40
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_ ()/.?-]*")
_CURRENCIES = {
    ("crm.opportunities", "currency_iso_code"),
    ("google_ads.accounts", "currency_code"),
    ("linkedin_ads.accounts", "currency"),
    ("facebook_ads.accounts", "currency"),
}
# What YAML takes for something else than text.
_NOT_TEXT = ("null", "y", "n", "yes", "no", "on", "off", "true", "false")


@dataclass
class Drafted:
    """One file of the folder in the draft."""

    peek: Peek
    match: Match | None
    alias: str
    # how it is written, as keys of the mapping
    writing: dict[str, Any] = field(default_factory=dict)
    # formats of single columns, where the file as a whole has none
    formats: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class PartDraft:
    """Rows for one table from one file: nodes of the mapping with the user's names in them."""

    label: str
    file: Drafted
    columns: dict[str, Any]
    keys: dict[str, Any] = field(default_factory=dict)
    joined: dict[str, Drafted] = field(default_factory=dict)
    guesses: dict[str, str] = field(default_factory=dict)
    # taken from a file that only refers to such rows, for want of one that holds them
    is_derived: bool = False


@dataclass
class Findings:
    """What was found in a folder, and what is asked of it."""

    folder: Path
    project: Path
    contract: Mapping[str, Table]
    settings: Settings
    files: list[Drafted] = field(default_factory=list)
    parts: list[PartDraft] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def ask(self, question: str) -> str:
        """Note a question, once; return the mark that stands where it matters."""
        if question not in self.questions:
            self.questions.append(question)
        return f"ASK {self.questions.index(question) + 1}"


def text_of(found: Findings) -> str:
    """Return the text of a mapping; what is asked only where it is written is added to it."""
    return _Writing(found).text()


class _Writing:
    """One text in progress."""

    def __init__(self, found: Findings) -> None:
        self.found = found

    def text(self) -> str:
        """Return it."""
        body = "\n".join([*self._files(), *self._tables()])
        settings = "\n".join(self._settings() if self.found.parts else [])
        return "\n".join([*self._head(), settings, body, *self._tail()]) + "\n"

    def _head(self) -> Iterator[str]:
        name = self.found.folder.name or "."
        yield f"# Drafted by touchstone load --draft from the files in {name}."
        if self.found.questions:
            yield "# Only you can know (search for ASK and the number):"
            for number, question in enumerate(self.found.questions, start=1):
                yield from wrap(
                    f"{number}. {question}", 100, initial_indent="#   ", subsequent_indent="#      "
                )
        yield f"company: {_scalar(self.found.folder.resolve().name or 'My company')}"

    def _settings(self) -> Iterator[str]:
        currencies = self._currencies()
        yield "settings:"
        for name, value in self.found.settings.items():
            yield f"  {name}: {_flow(value).lower() if isinstance(value, bool) else _flow(value)}"
        if "reporting_currency" in self.found.settings:
            pass
        elif not currencies:
            asked = self.found.ask("no file says its currency: which one do you report in?")
            yield f"  reporting_currency: USD                 # {asked}"
        else:
            first = next(iter(currencies))
            note = (
                "the only one in the files"
                if len(currencies) == 1
                else (
                    "the most frequent; in the files: "
                    + ", ".join(f"{name} ({count:,})" for name, count in currencies.items())
                )
            )
            yield f"  reporting_currency: {first}                 # {note}"
        if "reporting_time_zone" not in self.found.settings:
            asked = self.found.ask(
                "which time zone do you report in? Times without an offset are read as UTC unless "
                "a file has `time_zone:` (exports of a CRM are mostly in the zone of its account)"
            )
            yield f"  reporting_time_zone: UTC                # {asked}"
        labels = {part.label for part in self.found.parts}
        is_worked = bool(labels & {"crm.tasks", "crm.events"})
        if "crm.leads" in labels and not is_worked and "mqls_expire" not in self.found.settings:
            yield "  mqls_expire: false                      # no file shows when a lead was worked"

    def _currencies(self) -> dict[str, int]:
        found: Counter[str] = Counter()
        for part in self.found.parts:
            for label, name in _CURRENCIES:
                node = part.columns.get(name) if part.label == label else None
                if isinstance(node, dict) and node.get("constant"):
                    found[str(node["constant"]).upper()] += part.file.peek.row_count
                elif isinstance(node, str):
                    for value, count in part.file.peek.sample(node).items():
                        found[value.upper()] += count
        known = {value: count for value, count in found.items() if re.fullmatch("[A-Z]{3}", value)}
        return dict(sorted(known.items(), key=lambda item: (-item[1], item[0])))

    def _files(self) -> Iterator[str]:
        used = {id(part.file) for part in self.found.parts}
        used |= {id(other) for part in self.found.parts for other in part.joined.values()}
        if not used:
            return
        yield "files:"
        for file in self.found.files:
            if id(file) not in used:
                continue
            says = file.match.file.says if file.match else "no known shape"
            yield f"  {_scalar(file.alias)}:{' ' * max(1, 36 - len(file.alias))}# {says}"
            keys: dict[str, Any] = {"file": file.peek.name}
            if file.peek.skip_rows:
                keys["skip_rows"] = str(file.peek.skip_rows)
            if file.peek.delimiter not in ("", ","):
                keys["delimiter"] = "tab" if file.peek.delimiter == "\t" else file.peek.delimiter
            elif any(mark in name for name in file.peek.header for mark in ";|\t"):
                keys["delimiter"] = "comma"
            if file.peek.encoding:
                keys["encoding"] = file.peek.encoding
            if file.peek.has_ragged_rows:
                keys["ragged_rows"] = "quarantine"
            for key, value in {**keys, **file.writing}.items():
                if key == "date_format" and len(value) == 1:
                    value = value[0]
                note = ""
                if key == "ragged_rows":
                    note = "    # rows of another width (footers): set aside, with the reason"
                yield f"    {key}: {_flow(value)}{note}"

    def _tables(self) -> Iterator[str]:
        labels = [
            label
            for label in self.found.contract
            if any(p.label == label for p in self.found.parts)
        ]
        if labels:
            yield "tables:"
        for label in labels:
            yield f"  {label}:"
            for part in self.found.parts:
                if part.label == label:
                    yield from self._part_lines(part)

    def _part_lines(self, part: PartDraft) -> Iterator[str]:
        table = self.found.contract[part.label]
        yield f"    - from: {_scalar(part.file.alias)}"
        for key, value in part.keys.items():
            if isinstance(value, list) and len(value) == 1 and key != "join":
                value = value[0]
            yield f"      {key}: {_flow(value)}"
        yield "      columns:"
        for column in table.columns:
            if column.name not in part.columns:
                continue
            node = self._with_format(part, column, part.columns[column.name])
            note = part.guesses.get(column.name, "")
            yield from self._column_lines(part, column, node, note)

    def _with_format(self, part: PartDraft, column: Column, node: Any) -> Any:
        if column.kind not in ("date", "timestamp"):
            return node
        if isinstance(node, dict) and "first_of" in node:
            return {
                "first_of": [self._with_format(part, column, item) for item in node["first_of"]]
            }
        header = node if isinstance(node, str) else node.get("column", "")
        formats = part.file.formats.get(header)
        alias, _, rest = header.partition(".")
        for other in part.joined.values():
            if formats is None and other.alias == alias:
                formats = other.formats.get(rest)
        if not formats:
            return node
        changed = {"column": node} if isinstance(node, str) else dict(node)
        return changed | {"date_format": formats[0] if len(formats) == 1 else formats}

    def _column_lines(self, part: PartDraft, column: Column, node: Any, note: str) -> Iterator[str]:
        listed = self._listed(part, column, node)
        comment = f"    # {note}" if note else ""
        if listed is None:
            yield f"        {column.name}: {_flow(node)}{comment}"
            return
        vocabulary, known, strange = listed
        if known:
            shown = ", ".join(f"{value} ({count:,})" for value, count in list(known.items())[:12])
            yield f"        # {column.name}, known: {shown}{' ...' if len(known) > 12 else ''}"
        if not strange:
            yield f"        {column.name}: {_flow(node)}{comment}"
            return
        asked = self.found.ask(
            f"in {part.file.peek.name}, what do these values of {column.name} mean: "
            f"{_some(strange)}? Write a known name on the right, or add rows to "
            f"seeds/definitions/{vocabulary.definition}.csv (touchstone load --check writes them)"
        )
        base = {"column": node} if isinstance(node, str) else dict(node)
        yield f"        {column.name}:    # {asked}"
        for key, value in base.items():
            yield f"          {key}: {_flow(value)}"
        yield "          values:"
        names = read_names(self.found.project, vocabulary)
        for value, count in list(strange.items())[:MOST_VALUES]:
            # HubSpot writes the pipeline behind a stage where there are several
            bare = re.sub(r"\s*\([^()]*\)$", "", value)
            meant = bare if written(vocabulary, bare) in names else value
            alike = near(vocabulary, names, value) if meant == value else ""
            hint = f"; like {alike}?" if alike else ""
            yield f"            {_scalar(value)}: {_scalar(meant)}    # {_rows(count)}{hint}"
        if len(strange) > MOST_VALUES:
            yield f"            # and {len(strange) - MOST_VALUES:,} more values"

    def _listed(
        self, part: PartDraft, column: Column, node: Any
    ) -> tuple[Vocabulary, dict[str, int], dict[str, int]] | None:
        vocabulary = next(
            (v for v in VOCABULARIES if (v.table, v.column) == (part.label, column.name)), None
        )
        header = node if isinstance(node, str) else node.get("column", "")
        if vocabulary is None or header not in part.file.peek.header:
            return None
        if isinstance(node, dict) and "values" in node:
            return None
        if vocabulary.column == "new_value":
            return None
        values = part.file.peek.sample(header)
        strange = unknown(vocabulary, read_names(self.found.project, vocabulary), values)
        known = {value: count for value, count in values.most_common() if value not in strange}
        return vocabulary, known, strange

    def _tail(self) -> Iterator[str]:
        if self.found.left_out:
            yield "# Files that nothing is taken from:"
            for line in self.found.left_out:
                yield f"#   {line}"


def _some(values: Mapping[str, int]) -> str:
    shown = ", ".join(f"'{value}'" for value in list(values)[:5])
    return shown + (f" and {len(values) - 5:,} more" if len(values) > 5 else "")


def _rows(count: int) -> str:
    return f"{count:,} row{'s' * (count != 1)}"


def _scalar(text: str) -> str:
    is_plain = _PLAIN.fullmatch(text) and text.strip() == text
    if is_plain and text.lower() not in _NOT_TEXT:
        return text
    return json.dumps(text, ensure_ascii=False)


def _flow(node: Any) -> str:
    if isinstance(node, dict):
        return (
            "{" + ", ".join(f"{_scalar(key)}: {_flow(value)}" for key, value in node.items()) + "}"
        )
    if isinstance(node, list):
        return "[" + ", ".join(_flow(item) for item in node) + "]"
    return _scalar(str(node))
