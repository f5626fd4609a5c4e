"""A mapping drafted from a folder: what its files are, how they are written, what to ask.

Here it is found; draft_text writes it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from touchstone.load.contract import read_contract
from touchstone.load.draft_text import (
    MOST_VALUES,
    Drafted,
    Findings,
    PartDraft,
    Settings,
    text_of,
)
from touchstone.load.evidence import overlap, read_dates, read_numbers
from touchstone.load.files import check_folder
from touchstone.load.guess import guess_table
from touchstone.load.peek import Peek, files_of, peek
from touchstone.load.shapes import Match, Shape, match, read_shapes, shapes_named

_TOTAL = re.compile(r"(grand )?totals?( ?[:\-\u2013].*)?|results (for|from) .*", re.IGNORECASE)
_CRM_ID = re.compile(r"\d+|[0-9A-Za-z]{15}([0-9A-Za-z]{3})?|[0-9a-f]{8}-[0-9a-f-]{27}")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# Ids of our own people, which a tool without ids writes as names.
_NAMES_OF_PEOPLE = {"owner_id", "sdr_id", "marketer_id", "manager_id"}
_MODIFIERS = ("values", "unlisted", "multiply_by", "hashed", "split", "take")


@dataclass
class Draft:
    """The text of a drafted mapping, and what is asked in it."""

    text: str
    questions: list[str]
    has_tables: bool
    guessed: list[str]


def draft(
    folder: Path,
    project: Path,
    *,
    only: str = "",
    settings: Settings | None = None,
    without_guesses: bool = False,
) -> Draft:
    """Draft the mapping of a folder.

    Args:
        folder: where the files are.
        project: folder of dbt_project.yml, with the contract and the definitions.
        only: the shapes to look for, by name, with commas; all of them when empty.
        settings: what is said already and need not be asked.
        without_guesses: leave files of no known shape as comments.
    """
    check_folder(folder)
    shapes = shapes_named(only) if only else read_shapes()
    return _Drafting(folder, project, shapes, bool(only), settings or {}, without_guesses).draft()


class _Drafting:
    """One draft in progress."""

    def __init__(
        self,
        folder: Path,
        project: Path,
        shapes: Sequence[Shape],
        is_shape_given: bool,
        settings: Settings,
        without_guesses: bool,
    ) -> None:
        self.contract = read_contract(project)
        self.found = Findings(folder, project, self.contract, settings)
        self.folder = folder
        self.shapes = shapes
        self.is_shape_given = is_shape_given
        self.without_guesses = without_guesses
        self.files = self.found.files
        self.parts = self.found.parts
        self.left_out = self.found.left_out

    def draft(self) -> Draft:
        """Return the draft."""
        self._look()
        self._leave_out_repeated_days()
        for file in self.files:
            if file.match:
                self._recognised(file)
        guessed = [] if self.is_shape_given else self._guessed()
        for file in self.files:
            self._judge_writing(file)
        return Draft(text_of(self.found), self.found.questions, bool(self.parts), guessed)

    # the files

    def _look(self) -> None:
        def is_header(names: Sequence[str]) -> bool:
            return match(names, self.shapes) is not None

        taken: set[str] = set()
        for name in files_of(self.folder):
            seen = peek(self.folder, name, is_header)
            if seen is None:
                continue
            if seen.problem:
                self.left_out.append(f"{name}: {seen.problem}")
                continue
            found = match(seen.header, self.shapes, name)
            if found is None and self.is_shape_given:
                self.left_out.append(f"{name}: {_columns_of(seen)}")
                continue
            alias = self._alias(found, name, taken)
            taken.add(alias)
            self.files.append(Drafted(seen, found, alias))

    def _alias(self, found: Match | None, name: str, taken: set[str]) -> str:
        plain = re.sub(r"\W+", "_", Path(name).name.split(".")[0].lower()).strip("_") or "file"
        alias = plain
        if found:
            is_shared = sum(found.file.role in shape.files for shape in self.shapes) > 1
            is_ads = found.shape.stem.endswith("_ads")
            alias = found.file.role
            if is_ads or (is_shared and found.file.role in taken):
                alias = f"{found.shape.stem}_{found.file.role}"
        number = 2
        stem = alias
        while alias in taken:
            alias = f"{stem}_{number}"
            number += 1
        return alias

    def _leave_out_repeated_days(self) -> None:
        # Two downloads of one platform that report the same campaigns and days hold the same cost.
        for file in list(self.files):
            others = [
                other
                for other in self.files
                if other is not file
                and file.match
                and other.match
                and other.match.shape is file.match.shape
                and other.match.file is file.match.file
                and file.match.file.role in ("days", "micros", "api_days")
            ]
            for other in others:
                if len(other.peek.header) <= len(file.peek.header) and _share_days(file, other):
                    question = (
                        f"{file.peek.name} reports campaigns and days that {other.peek.name} has "
                        "too, so its cost would count twice: it is left out; take the other one "
                        "out instead if this is the report you mean"
                    )
                    self.left_out.append(f"{file.peek.name}: {self.found.ask(question)}")
                    self.files.remove(file)
                    break

    # recognised files

    def _recognised(self, file: Drafted) -> None:
        assert file.match is not None
        for label, specs in file.match.shape.tables.items():
            for spec in specs:
                if spec["from"] == file.match.file.role:
                    self.parts += self._parts(label, spec, file)

    def _parts(self, label: str, spec: dict[str, Any], file: Drafted) -> list[PartDraft]:
        assert file.match is not None
        if not spec.get("for_each"):
            part = self._part(label, spec, _Names(file, self._joins(spec, file)))
            return [part] if part else []
        parts = []
        name = spec["for_each"]
        for number, (header, captured) in enumerate(file.match.numbered.get(name, []), start=1):
            if not file.peek.sample(header):
                continue
            names = _Names(file, {}, {name: header}, {**captured, "number": str(number)})
            part = self._part(label, spec, names)
            if part:
                parts.append(part)
        return parts

    def _joins(
        self, spec: dict[str, Any], file: Drafted
    ) -> dict[str, tuple[Drafted, dict[str, Any]]]:
        given = spec.get("join", [])
        joins = {}
        for item in given if isinstance(given, list) else [given]:
            other = self._file(file, item["with"])
            if other:
                joins[item["with"]] = (other, item)
        return joins

    def _file(self, file: Drafted, role: str) -> Drafted | None:
        assert file.match is not None
        return next(
            (
                other
                for other in self.files
                if other.match
                and other.match.shape is file.match.shape
                and other.match.file.role == role
            ),
            None,
        )

    def _part(self, label: str, spec: dict[str, Any], names: "_Names") -> PartDraft | None:
        file, table = names.file, self.contract[label]
        if any(self._file(file, role) for role in spec.get("unless", [])):
            return None
        if not all(names.knows(name) for name in spec.get("if", [])):
            return None
        missing = [name for name in spec.get("needs", []) if not names.header(name)]
        if missing:
            if "asks" in spec:
                self._leave_out_for(file, missing)
            return None
        columns = {}
        for name, given in spec["columns"].items():
            node = self._node(given, names)
            if node is not None and name in [column.name for column in table.columns]:
                columns[name] = node
        if any(name not in columns for name in table.required):
            return None
        part = PartDraft(label, file, columns, is_derived="unless" in spec)
        part.joined = {role: other for role, (other, _) in names.joins.items()}
        if not self._keys(part, spec, names):
            return None
        self._asks(part, spec, names)
        return part

    def _leave_out_for(self, file: Drafted, missing: Sequence[str]) -> None:
        wanted = " and ".join(missing)
        question = (
            f"{file.peek.name} has no column of the {wanted}, so its cost has no day: export it "
            "again broken down by day (Segment > Time > Day)"
        )
        self.left_out.append(f"{file.peek.name}: {self.found.ask(question)}")

    def _keys(self, part: PartDraft, spec: dict[str, Any], names: "_Names") -> bool:
        """Set the keys of a part beside its columns; False when it cannot be written."""
        joins = []
        for role, (other, item) in names.joins.items():
            pairs = {
                names.header(ours): names.header(f"{role}.{theirs}", bare=True)
                for ours, theirs in item["on"].items()
            }
            if not all(pairs) or not all(pairs.values()):
                return False
            join: dict[str, Any] = {"with": other.alias, "on": pairs}
            if "several" in item:
                join["several"] = item["several"]
            joins.append(join)
        if joins:
            part.keys["join"] = joins if len(joins) > 1 else joins[0]
        for key in ("only", "except"):
            for name, values in spec.get(key, {}).items():
                if not names.header(name):
                    return False
                part.keys.setdefault(key, {})[names.header(name)] = values
        for name, pattern in spec.get("only_like", {}).items():
            header = names.header(name)
            found = sorted(
                value
                for value in (part.file.peek.sample(header) if header else ())
                if re.search(pattern, value, re.IGNORECASE)
            )
            if not header or not found:
                return False
            part.keys.setdefault("only", {})[header] = found[:MOST_VALUES]
        if spec.get("totals"):
            for header, values in _totals(part.file.peek).items():
                part.keys.setdefault("except", {})[header] = values
        for key in ("only_with", "one_row_per"):
            given = spec.get(key, [])
            wanted = given["any"] if isinstance(given, dict) else given
            headers = [names.header(name) for name in wanted]
            if isinstance(given, dict):
                others = [names.header(name) for name in given.get("else", [])]
                headers = [header for header in headers if header][:1] or list(filter(None, others))
            if wanted and not (headers and all(headers)):
                return False
            if headers:
                part.keys[key] = headers
        if "breakdown" in spec:
            self._cut(part, [names.header(name) for name in spec["breakdown"]])
        # a history table has the versions of a row, of which one is in force
        active = "_fivetran_active"
        if active in part.file.peek.header and not spec.get("all_versions"):
            part.keys.setdefault("only", {})[active] = ["true", "t", "1"]
        if "null_values" in spec:
            part.file.writing["null_values"] = spec["null_values"]
        if "days_in" in spec:
            part.file.writing["time_zone"] = spec["days_in"]
        return True

    def _cut(self, part: PartDraft, dimensions: Sequence[str]) -> None:
        """Name the columns a cost is cut by: known ones, else those that tell its rows apart."""
        header, rows = part.file.peek.header, part.file.peek.rows
        cuts = [name for name in dimensions if name]
        key = [part.columns.get(name) for name in self.contract[part.label].key]
        named = [name for node in key for name in _key_headers(node)]
        places = [header.index(name) for name in [*named, *cuts]]
        filtered = [row for row in rows if not any(_TOTAL.fullmatch(value) for value in row)]
        for name in header:
            keys = Counter(tuple(row[place] for place in places) for row in filtered)
            repeated = {key for key, count in keys.items() if count > 1}
            if not repeated:
                break
            place = header.index(name)
            if place in places or not _tells_apart(filtered, places, place, repeated):
                continue
            cuts.append(name)
            places.append(place)
            self.found.ask(
                f"{part.file.peek.name} has several rows for one campaign and day, told apart by "
                f"'{name}': they are summed (`breakdown:`); is each a part of the cost?"
            )
        if cuts:
            part.keys["breakdown"] = cuts

    def _asks(self, part: PartDraft, spec: dict[str, Any], names: "_Names") -> None:
        asks, name = spec.get("asks", []), part.file.peek.name
        if "period" in asks and not names.header("day"):
            starts, ends = names.header("starts"), names.header("ends")
            rows = part.file.peek.rows
            at = part.file.peek.header.index
            if starts and ends and any(row[at(starts)] != row[at(ends)] for row in rows):
                self.found.ask(
                    f"{name} has rows of several days ({starts} to {ends}): all of their cost "
                    "falls on the first; export it again broken down by day"
                )
        if "currency" in asks and not names.knows("currency"):
            self.found.ask(
                f"{name} does not say its currency: its cost is taken as the reporting currency; "
                "add the column of the currency to the export, or map the account with "
                "{constant: EUR}"
            )
        if "events" in asks:
            self.found.ask(
                f"{name}: which events are forms or log-ins that say who a visitor is? Those kept "
                "under `only:` were chosen by their names"
            )
        if "page" in asks and not names.header("url"):
            self.found.ask(
                f"{name} has no page_location: take it out of event_params in the query that "
                "exports it, or visits have no page"
            )

    # one column

    def _node(self, spec: Any, names: "_Names") -> Any:
        """Return what stands in the mapping for a column, or None when the file has nothing."""
        if isinstance(spec, str):
            return names.header(spec) or None
        if "any" in spec:
            found = next((names.header(name) for name in spec["any"] if names.header(name)), "")
            if found:
                return found
            if spec.get("captured") and names.captured.get(spec["captured"]):
                return {"constant": names.captured[spec["captured"]].upper()}
            other = spec.get("else")
            if isinstance(other, str):
                return {"constant": other}
            if isinstance(other, list):
                return next(filter(None, (self._node(item, names) for item in other)), None)
            return self._node(other, names) if other else None
        if "captured" in spec:
            value = names.captured.get(spec["captured"])
            return {"constant": value} if value else None
        if "matching" in spec:
            return self._matching(spec, names)
        if "constant" in spec:
            return dict(spec)
        if "template" in spec:
            written = names.template(spec["template"])
            return {"template": written} if written else None
        if "has_value" in spec:
            header = names.header(spec["has_value"])
            return {"has_value": header} if header else None
        if "first_of" in spec:
            nodes = [self._node(item, names) for item in spec["first_of"]]
            nodes = [node for node in nodes if node is not None]
            first = nodes[0] if nodes and isinstance(nodes[0], str) else ""
            if first and names.sample(first).total() == names.file.peek.row_count > 0:
                return first  # there is a value in every row
            return nodes[0] if len(nodes) == 1 else ({"first_of": nodes} if nodes else None)
        header = names.header(spec["column"])
        if not header:
            return None
        return self._column(spec, header, names)

    def _column(self, spec: dict[str, Any], header: str, names: "_Names") -> Any:
        node: dict[str, Any] = {"column": header}
        node |= {key: spec[key] for key in _MODIFIERS if key in spec and key != "hashed"}
        values = names.sample(header)
        if spec.get("hashed") == "when_names" and _are_names(values):
            node["hashed"] = "true"
        if "per_cent" in spec and _are_fractions(values):
            node["multiply_by"] = "100"
        if "values" in node:
            known = {value.strip().lower() for value in values}
            node["values"] = {
                key: value for key, value in node["values"].items() if key.lower() in known
            }
            if not node["values"]:
                del node["values"]
        return header if len(node) == 1 else node

    def _matching(self, spec: dict[str, Any], names: "_Names") -> Any:
        others = []
        for path in spec["matching"]:
            role, _, name = path.partition(".")
            other = self._file(names.file, role)
            if other and other.match and name in other.match.headers:
                others.append(other.peek.sample(other.match.headers[name]))
        forms = []
        for form in spec["forms"]:
            written = names.template(form) if "{" in form else names.header(form)
            if written:
                forms.append((written, names.values(written)))
        if not forms:
            return None
        best = max(forms, key=lambda item: overlap(item[1], others))
        written, values = best
        node: Any = {"template": written} if "{" in written else written
        if _are_names(values) and any(_are_names(other) for other in others):
            node = node if isinstance(node, dict) else {"column": node}
            node["hashed"] = "true"
        return node

    # files of no known shape

    def _guessed(self) -> list[str]:
        guessed = []
        taken = {part.label for part in self.parts if not part.is_derived}
        for file in self.files:
            if file.match:
                continue
            guess = guess_table(
                file.peek, [t for t in self.contract.values() if t.label not in taken]
            )
            if guess is None or self.without_guesses:
                what = f"perhaps {guess.table.label}" if guess else "no known shape"
                self.left_out.append(f"{file.peek.name}: {what}; {_columns_of(file.peek)}")
                continue
            taken.add(guess.table.label)
            self.parts[:] = [
                part
                for part in self.parts
                if not (part.is_derived and part.label == guess.table.label)
            ]
            columns: dict[str, Any] = dict(guess.columns)
            for name in _NAMES_OF_PEOPLE & columns.keys():
                if _are_names(file.peek.sample(columns[name])):
                    columns[name] = {"column": columns[name], "hashed": "true"}
            part = PartDraft(guess.table.label, file, columns, guesses=guess.notes)
            self.parts.append(part)
            guessed.append(file.peek.name)
            self.found.ask(
                f"{file.peek.name} has no known shape: is it {guess.table.label} "
                f"({guess.table.description.rstrip('.').lower()})? Its columns were found by "
                "their names; confirm them, above all those marked as guesses"
            )
        return guessed

    # how a file is written

    def _judge_writing(self, file: Drafted) -> None:
        dates, numbers = (
            self._typed_columns(file, ("date", "timestamp")),
            self._typed_columns(file, ("number", "whole number")),
        )
        order = self._order(file, dates)
        found = {header: read_dates(file.peek.sample(header), order=order) for header in dates}
        given = {header: seen.formats for header, seen in found.items() if file.peek.sample(header)}
        if given and all(given.values()):
            file.writing["date_format"] = list(
                dict.fromkeys(form for forms in given.values() for form in forms)
            )
        else:
            file.formats = {header: list(forms) for header, forms in given.items() if forms}
        for header, seen in found.items():
            if seen.is_order_open and order_is_open(found.values()):
                value = next(iter(file.peek.sample(header)))
                self.found.ask(
                    f"{file.peek.name}: is '{value}' written day/month or month/day? Taken as "
                    f"{'day/month' if order == 'DM' else 'month/day'} (`date_format:`)"
                )
        self._judge_zone(file, found)
        pool = [value for header in numbers for value in file.peek.sample(header)]
        # who writes 31.12.2024, or parts columns by semicolons, writes 1.234,50
        forms = [form for seen in found.values() for form in seen.formats]
        is_comma = file.peek.delimiter == ";" or any(
            form.startswith(("DD.", "D.")) for form in forms
        )
        numeric = read_numbers(pool, decimal="," if is_comma else ".")
        if numeric.decimal:
            file.writing["decimal_separator"] = numeric.decimal
        if numeric.thousands:
            file.writing["thousands_separator"] = numeric.thousands
        if numeric.remove:
            file.writing["remove"] = list(numeric.remove)
        if numeric.is_mark_open:
            big = re.sub(r"\D", "", numeric.example)
            small = numeric.example.replace(",", ".")
            self.found.ask(
                f"{file.peek.name}: is '{numeric.example}' {big} or {small}? Taken as "
                f"{small if numeric.decimal in numeric.example else big} (`decimal_separator:`)"
            )

    def _judge_zone(self, file: Drafted, dates: Iterable[str]) -> None:
        """A report that a person exports has the times of their zone; what loaders land, UTC."""
        zone = str(self.found.settings.get("reporting_time_zone", "UTC"))
        stem = file.match.shape.stem if file.match else ""
        is_report = stem in ("hubspot", "salesforce") and any(" " in h for h in file.peek.header)
        values = [value for header in dates for value in file.peek.sample(header)]
        is_local = any(re.search(r"\d:\d\d(:\d\d)?( ?[AaPp][Mm])?$", value) for value in values)
        if zone != "UTC" and is_report and is_local and "time_zone" not in file.writing:
            file.writing["time_zone"] = zone
            self.found.ask(
                f"{file.peek.name} has times without an offset: are they those of {zone}? Taken "
                "so (`time_zone:`)"
            )

    def _order(self, file: Drafted, dates: Iterable[str]) -> str:
        """Return the order of day and month that the file's other columns say, else its shape's."""
        pool = [value for header in dates for value in file.peek.sample(header)]
        formats = read_dates(pool, order="MD").formats
        other = read_dates(pool, order="DM").formats
        if formats == other and any(re.match(r"D{1,2}[/.-]M", form) for form in formats):
            return "DM"
        if formats == other:
            return "MD"
        return file.match.shape.order if file.match and file.match.shape.order else "MD"

    def _typed_columns(self, file: Drafted, kinds: Sequence[str]) -> list[str]:
        headers: dict[str, None] = {}
        for part in self.parts:
            for name, node in part.columns.items():
                if self.contract[part.label].column(name).kind in kinds:
                    for header in _headers(node):
                        alias, _, rest = header.partition(".")
                        joined = {other.alias: other for other in part.joined.values()}
                        if part.file is file and header in file.peek.header:
                            headers[header] = None
                        elif joined.get(alias) is file and rest in file.peek.header:
                            headers[rest] = None
        return list(headers)


class _Names:
    """What the names of a shape are called in one file and in those joined to it."""

    def __init__(
        self,
        file: Drafted,
        joins: Mapping[str, tuple[Drafted, dict[str, Any]]],
        more: Mapping[str, str] | None = None,
        captured: Mapping[str, str] | None = None,
    ) -> None:
        assert file.match is not None
        self.file = file
        self.joins = joins
        self.headers = {**file.match.headers, **(more or {})}
        self.captured = {**file.match.captured, **(captured or {})}

    def header(self, name: str, *, bare: bool = False) -> str:
        """Return what a column is called, alias.column for one of a joined file; else nothing."""
        role, _, rest = name.partition(".")
        if rest:
            joined = self.joins.get(role)
            if joined is None or joined[0].match is None:
                return ""
            found = joined[0].match.headers.get(rest, "")
            return found if bare or not found else f"{joined[0].alias}.{found}"
        return self.headers.get(name, "")

    def knows(self, name: str) -> bool:
        """Whether the file has a column, or its header says what would stand in it."""
        return bool(self.header(name) or self.captured.get(name))

    def template(self, text: str) -> str:
        """Return a template with the names of the file in it, or nothing when one is missing."""
        is_missing = False

        def put(found: re.Match[str]) -> str:
            nonlocal is_missing
            name = found.group(1)
            if name == "number":
                return self.captured["number"]
            header = self.header(name)
            is_missing = is_missing or not header
            return f"{{{header}}}"

        written = _PLACEHOLDER.sub(put, text)
        return "" if is_missing else written

    def sample(self, header: str) -> Counter[str]:
        """Return the values of a column of the file itself; none for a joined one."""
        return self.file.peek.sample(header) if header in self.file.peek.header else Counter()

    def values(self, written: str) -> Counter[str]:
        """Return what a column or a template gives in the first rows."""
        if "{" not in written:
            return self.sample(written)
        at = self.file.peek.header.index
        return Counter(
            _PLACEHOLDER.sub(lambda found: row[at(found.group(1))], written)  # noqa: B023
            for row in self.file.peek.rows
        )


def order_is_open(found: Iterable[Any]) -> bool:
    """Whether no column of a file tells days from months."""
    seen = [item for item in found if item.formats]
    return all(
        item.is_order_open
        for item in seen
        if any("/" in form or "-" in form for form in item.formats)
    )


def _share_days(file: Drafted, other: Drafted) -> bool:
    assert file.match is not None
    assert other.match is not None
    for names in (("day",), ("campaign_id", "campaign", "ad_id", "ad")):
        pairs = [
            (file.match.headers[name], other.match.headers[name])
            for name in names
            if name in file.match.headers and name in other.match.headers
        ]
        if not pairs:
            return False
        ours, theirs = pairs[0]
        if not set(file.peek.sample(ours)) & set(other.peek.sample(theirs)):
            return False
    return True


def _tells_apart(
    rows: Sequence[Sequence[str]],
    places: Sequence[int],
    place: int,
    repeated: set[tuple[str, ...]],
) -> bool:
    """Whether a column of words differs among rows of one key; figures are what is measured."""
    values = {row[place] for row in rows if tuple(row[p] for p in places) in repeated}
    are_words = any(re.search(r"[A-Za-z]", value) for value in values)
    return are_words and len(values) > 1


def _totals(seen: Peek) -> dict[str, list[str]]:
    """Return the values by which rows of totals are told, by column."""
    found = {}
    for column in dict.fromkeys(seen.header):
        values = sorted(value for value in seen.sample(column) if _TOTAL.fullmatch(value))
        if values:
            found[column] = values
    return found


def _are_names(values: Mapping[str, int]) -> bool:
    """Whether values are people's names or addresses, and no ids."""
    return bool(values) and not all(_CRM_ID.fullmatch(value) for value in list(values)[:1000])


def _are_fractions(values: Mapping[str, int]) -> bool:
    """Whether probabilities are written as 0 to 1: all are, and not all of them are 0."""
    try:
        numbers = [float(value.replace(",", ".")) for value in values]
    except ValueError:
        return False
    return bool(numbers) and 0 < max(numbers) <= 1


def _headers(node: Any) -> Iterator[str]:
    """Return the columns a node takes values of as they are."""
    if isinstance(node, str):
        yield node
    elif "first_of" in node:
        for item in node["first_of"]:
            yield from _headers(item)
    elif "column" in node:
        yield node["column"]


def _key_headers(node: Any) -> list[str]:
    """Return the columns of the file that a part of a key is made of."""
    if isinstance(node, str):
        return [node]
    if isinstance(node, dict) and "column" in node:
        return [node["column"]]
    return _PLACEHOLDER.findall(node.get("template", "")) if isinstance(node, dict) else []


def _columns_of(seen: Peek) -> str:
    shown = ", ".join(seen.header[:12])
    return f"its columns: {shown}{' ...' if len(seen.header) > 12 else ''}"
