"""What a definition says on both sides: metrics, rows of seeds, settings, and their versions."""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

import duckdb

from touchstone.diff.lineage import ROWS, Node
from touchstone.metrics import Metric

METRIC = "metric."
SETTING = "agreed_settings."
SHOWN_LENGTH = 160
# What a metric says of itself beside its formula: a number is read another way when these change.
MEANING = ("unit", "additive", "date_role", "settles_after_days")
WORDING = ("owner",)
_PAIR = re.compile(r"([a-z_0-9.]+)=(.*)", re.DOTALL)


class Kind(StrEnum):
    """What sort of thing was changed."""

    METRIC = "metric"
    DEFINITION = "definition"
    SETTING = "setting"
    MODEL = "model"
    MACRO = "macro"
    SEMANTICS = "semantic model"
    DATA = "data"


@dataclass(frozen=True)
class Line:
    """One thing that a change replaces: what, old and new."""

    what: str
    old: str
    new: str


@dataclass(frozen=True)
class Agreement:
    """A row of the list of changes: who agreed to a version, and what it does to the past."""

    version: int
    agreed_by: str
    reason: str
    restates: bool
    retires: bool


@dataclass(frozen=True)
class Change:
    """Something that differs between the two sides.

    Attributes:
        kind: what sort of thing.
        name: id of the definition, path of the model or macro, table of the data.
        action: added, removed, changed; agreed when only version or wording differ.
        lines: what was and what is.
        nodes: columns (or rows) of tables that it changes directly.
        versions: of a definition: before and after; None where there was none.
        applies_from: the day from which a dated change applies; None when it restates.
        agreements: rows of the list of changes for the versions in between.
        reaches: metrics that can move by it.
        tables: public tables that can move by it.
        note: how it came about, for a reader.
        patch: a unified diff of its text.
    """

    kind: Kind
    name: str
    action: str
    lines: tuple[Line, ...] = ()
    nodes: frozenset[Node] = frozenset()
    versions: tuple[int | None, int | None] = (None, None)
    applies_from: datetime.date | None = None
    agreements: tuple[Agreement, ...] = ()
    reaches: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()
    note: str = ""
    patch: str = ""

    @property
    def is_definition(self) -> bool:
        """Say whether it has a version: somebody agreed to it by name."""
        return self.kind in (Kind.METRIC, Kind.DEFINITION, Kind.SETTING)

    @property
    def is_bumped(self) -> bool:
        """Say whether its version went up."""
        before, after = self.versions
        return before is not None and after is not None and after > before


@dataclass(frozen=True)
class Stated:
    """A definition as one side has it: its rows by the day from which they hold."""

    kind: str
    texts: Mapping[datetime.date, str]
    versions: Mapping[datetime.date, int]
    agreed: Mapping[datetime.date, str]

    @property
    def version(self) -> int:
        """Return its newest version."""
        return max(self.versions.values(), default=0)


def read_definitions(connection: duckdb.DuckDBPyConnection, side: str) -> dict[str, Stated]:
    """Return the definitions of an attached side by id."""
    rows = connection.execute(
        "select definition_id, definition_kind, valid_from_date, definition_text, "
        "version_number, concat_ws(': ', agreed_by, definition_reason) "
        f"from {side}.quality.definitions order by all"
    ).fetchall()
    found: dict[str, Stated] = {}
    for name, same in groupby(rows, key=lambda row: str(row[0])):
        # rows of one day may differ in their version, when one of several was raised alone
        days = groupby(list(same), key=lambda row: row[2] or datetime.date.min)
        listed = [(day, list(of_day)) for day, of_day in days]
        found[name] = Stated(
            listed[0][1][0][1],
            {day: "\n".join(row[3] or "" for row in of_day) for day, of_day in listed},
            {day: max(row[4] or 0 for row in of_day) for day, of_day in listed},
            {day: of_day[-1][5] or "" for day, of_day in listed},
        )
    return found


def read_agreements(connection: duckdb.DuckDBPyConnection, side: str) -> dict[str, list[Agreement]]:
    """Return the listed changes of an attached side by definition, oldest first."""
    found: dict[str, list[Agreement]] = {}
    for name, *row in connection.execute(
        "select definition_id, version, agreed_by, reason, restates, coalesce(retires, false) "
        f"from {side}.definitions.definition_changes order by definition_id, version"
    ).fetchall():
        found.setdefault(name, []).append(Agreement(*row))
    return found


def compare_definitions(
    before: Mapping[str, Stated],
    after: Mapping[str, Stated],
    agreements: tuple[Mapping[str, Sequence[Agreement]], Mapping[str, Sequence[Agreement]]],
    seeds: Mapping[str, frozenset[str]],
) -> list[Change]:
    """Return what differs between two states of all definitions.

    Args:
        before: the definitions of the base.
        after: those of the working tree.
        agreements: the listed changes of both.
        seeds: columns by seed, those of its parts included as seed -> "part.column".
    """
    changes = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        listed_before = {one.version for one in agreements[0].get(name, ())}
        listed = tuple(
            one for one in agreements[1].get(name, ()) if one.version not in listed_before
        )
        change = _compare(name, old, new, listed, seeds)
        if change:
            changes.append(change)
    return _with_renamed(changes)


def _with_renamed(changes: Sequence[Change]) -> list[Change]:
    """Say of a definition that is gone which new one says the same."""
    added = {change.lines[0].new: change.name for change in changes if change.action == "added"}
    return [
        replace(change, note=f"{added[change.lines[0].old]} says the same")
        if change.action == "removed" and change.lines[0].old in added
        else change
        for change in changes
    ]


def _compare(
    name: str,
    old: Stated | None,
    new: Stated | None,
    listed: tuple[Agreement, ...],
    seeds: Mapping[str, frozenset[str]],
) -> Change | None:
    stated = new or old
    assert stated
    kind = _kind(name)
    versions = (old.version if old else None, new.version if new else None)
    if old is None or new is None:
        text = "\n".join(stated.texts.values())
        line = Line("all of it", "" if old is None else text, text if old is None else "")
        return Change(
            kind,
            name,
            "added" if old is None else "removed",
            (line,),
            _nodes(kind, stated.kind, {ROWS}, seeds),
            versions,
            _new_from(stated, listed) if old is None else None,
            listed,
        )
    lines: tuple[Line, ...]
    lines, columns = _differences(old.texts, new.texts)
    if not lines and old.version == new.version and old.agreed == new.agreed:
        return None
    if old.version != new.version:
        lines = (*lines, Line("version", str(old.version), str(new.version)))
    elif not lines:
        lines = tuple(
            Line("agreed", old.agreed.get(day, ""), agreed)
            for day, agreed in new.agreed.items()
            if old.agreed.get(day) != agreed
        )
    return Change(
        kind,
        name,
        "changed" if columns else "agreed",
        lines,
        _nodes(kind, stated.kind, columns, seeds) if columns else frozenset(),
        versions,
        _applies_from(old, new),
        listed,
    )


def _kind(name: str) -> Kind:
    if name.startswith(METRIC):
        return Kind.METRIC
    return Kind.SETTING if name.startswith(SETTING) else Kind.DEFINITION


def _new_from(stated: Stated, listed: Sequence[Agreement]) -> datetime.date | None:
    """Return the day from which a new definition applies; None when its entry restates."""
    return None if any(one.restates for one in listed) else min(stated.texts)


def _applies_from(old: Stated, new: Stated) -> datetime.date | None:
    """Return the first new day when rows were only added after all there were."""
    added = new.texts.keys() - old.texts.keys()
    is_kept = all(new.texts.get(day) == text for day, text in old.texts.items())
    if not added or not is_kept or min(added) <= max(old.texts):
        return None
    return min(added)


def _differences(
    old: Mapping[datetime.date, str], new: Mapping[datetime.date, str]
) -> tuple[tuple[Line, ...], set[str]]:
    """Return what differs, and the columns it is in; ROWS when rows came or went."""
    if len(old) == len(new) == 1:  # one row: from when it holds is agreement, not content
        return _of_texts(next(iter(old.values())), next(iter(new.values())))
    lines: list[Line] = []
    columns: set[str] = set()
    for day in sorted(old.keys() | new.keys()):
        if day in old and day in new:
            found, where = _of_texts(old[day], new[day])
        else:
            text = old.get(day) or new.get(day) or ""
            found = (Line(f"from {day}", text if day in old else "", text if day in new else ""),)
            where = {ROWS}
        lines += found
        columns |= where
    return tuple(lines), columns


def _of_texts(old: str, new: str) -> tuple[tuple[Line, ...], set[str]]:
    """Compare two contents: a line per row, `column=value; ...` each."""
    before, after = old.splitlines(), new.splitlines()
    gone = [line for line in before if line not in set(after)]
    come = [line for line in after if line not in set(before)]
    if len(gone) == len(come):
        pairs = list(zip(gone, come, strict=True))
        if all(_is_same_row(one, other) for one, other in pairs):
            lines: list[Line] = []
            columns: set[str] = set()
            for one, other in pairs:
                lines += _of_rows(one, other)
            for line in lines:
                columns.add(line.what.rpartition(": ")[2])
            return tuple(lines), columns
    lines = [Line("row", line, "") for line in gone] + [Line("row", "", line) for line in come]
    return tuple(lines), ({ROWS} if lines else set())


def _values(row: str) -> dict[str, str]:
    """Return a row's values; one that is repeated (a metric's list) is kept in order."""
    found: dict[str, str] = {}
    for text in row.split("; "):
        match = _PAIR.match(text)
        name, value = match.groups() if match else (text, "")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _is_same_row(one: str, other: str) -> bool:
    """Say whether two rows are versions of one: more of their values are the same than not."""
    old, new = _values(one), _values(other)
    same = sum(old.get(name) == value for name, value in new.items())
    return len(new) == 1 or 2 * same >= len(new)


def _of_rows(one: str, other: str) -> list[Line]:
    old, new = _values(one), _values(other)
    changed = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
    kept = [f"{name}={old[name]}" for name in old if name not in changed]
    where = f"{'; '.join(kept[:2])}: " if kept and "type=" not in one else ""
    return [Line(f"{where}{name}", old.get(name, ""), new.get(name, "")) for name in changed]


def _nodes(
    kind: Kind, seed: str, columns: Iterable[str], seeds: Mapping[str, frozenset[str]]
) -> frozenset[Node]:
    """Return the columns of seed tables that changed; a metric and a setting have no table."""
    if kind is not Kind.DEFINITION:
        return frozenset()
    family = [seed, *(name for name in seeds if name.startswith(f"{seed}/"))]
    found: set[Node] = set()
    for member in family:
        table = f"definitions.{member.rpartition('/')[2]}"
        known = seeds.get(member, frozenset())
        found |= {(table, name) for name in columns if name == ROWS or name in known}
    return frozenset(found or {(f"definitions.{seed}", ROWS)})


def compare_wording(before: Mapping[str, Metric], after: Mapping[str, Metric]) -> list[Change]:
    """Return metrics whose formula is the same and whose words are not."""
    changes = []
    for name in sorted(before.keys() & after.keys()):
        old, new = before[name], after[name]
        lines = [
            Line(what, getattr(old, what), getattr(new, what))
            for what in ("label", "description")
            if getattr(old, what) != getattr(new, what)
        ]
        stated = [
            Line(what, str(old.meta.get(what, "")), str(new.meta.get(what, "")))
            for what in (*MEANING, *WORDING)
            if old.meta.get(what) != new.meta.get(what)
        ]
        is_meaning = any(line.what in MEANING for line in stated)
        if lines or stated:
            changes.append(
                Change(
                    Kind.METRIC,
                    f"{METRIC}{name}",
                    "changed" if is_meaning else "agreed",
                    (*lines, *stated),
                    versions=(old.version, new.version),
                    reaches=frozenset({name}) if is_meaning else frozenset(),
                )
            )
    return changes


def shortened(text: str, length: int = SHOWN_LENGTH) -> str:
    """Return a text on one line, cut where it is too long to read."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else f"{flat[: length - 1]}…"
