"""Whether what moved was agreed: the rules of a comparison, and how each finding is mended."""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from touchstone.diff.changes import METRIC, Change, Kind
from touchstone.diff.movements import Movement
from touchstone.diff.settings import Settings
from touchstone.diff.tables import RowChange, TableChange
from touchstone.locks import Lock

CHANGELOG = "CHANGELOG.md"
CHANGE_LIST = "seeds/definitions/definition_changes.csv"
ALWAYS = datetime.date.min
DATA = frozenset({Kind.DATA})
WRITTEN = frozenset({Kind.MODEL, Kind.MACRO, Kind.SEMANTICS})
DEFINITIONS = frozenset(Kind) - DATA


class Rule(StrEnum):
    """What a finding is about; each is one rule of the verdict."""

    NO_BUMP = "changed without a new version"
    BUMP_BACK = "version went down"
    NOT_LISTED = "new version is not listed"
    NOT_AGREED = "moved, and nobody agreed"
    EARLIER = "earlier periods moved"
    LOCKED = "locked period moved"
    REMOVED = "removed without a word"
    BREAKING = "public table breaks its readers"
    UNEXPLAINED = "moved, and nothing was changed"
    BUMP_ONLY = "new version, nothing changed"
    WORDING = "wording"
    ALLOWED = "allowed movement"
    RETIRED = "retired"
    ADDED = "added"
    NEW_SETTINGS = "settings of the check"


FAILING = frozenset(
    {
        Rule.NO_BUMP,
        Rule.BUMP_BACK,
        Rule.NOT_LISTED,
        Rule.NOT_AGREED,
        Rule.EARLIER,
        Rule.LOCKED,
        Rule.REMOVED,
        Rule.BREAKING,
        Rule.UNEXPLAINED,
    }
)


@dataclass(frozen=True)
class Finding:
    """One thing to mend, or to know.

    Attributes:
        rule: which rule.
        about: id of the definition, metric or table.
        told: what is so, in a sentence.
        mend: what to do; empty where nothing has to be done.
    """

    rule: Rule
    about: str
    told: str
    mend: str = ""

    @property
    def fails(self) -> bool:
        """Say whether it fails the check."""
        return self.rule in FAILING


@dataclass(frozen=True)
class Facts:
    """All that a verdict is made of.

    Attributes:
        changes: what was changed.
        movements: values that moved, of all grains and members.
        by_definitions: of these, what moves when the data stay the same.
        by_data: what moves when the definitions stay the same.
        tables: changes of public tables.
        rows: public tables whose rows differ.
        entries: new lines of the changelog.
        locks: locked periods of the base and of the working tree.
        lost_cuts: metrics that can be cut by a dimension no longer.
        settling: days after a period in which a metric still moves by what happens later; None
            without a limit. Of metrics that are not named, 0.
    """

    changes: Sequence[Change]
    movements: Sequence[Movement]
    by_definitions: Sequence[Movement]
    by_data: Sequence[Movement]
    tables: Sequence[TableChange]
    rows: Sequence[RowChange]
    entries: Sequence[str]
    locks: tuple[Sequence[Lock], Sequence[Lock]] = ((), ())
    lost_cuts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    settling: Mapping[str, int | None] = field(default_factory=dict)


def judge(facts: Facts, settings: Settings, today: datetime.date) -> list[Finding]:
    """Return the findings, those that fail first."""
    findings = [
        *_of_definitions(facts),
        *_of_locks(facts),
        *_of_movements(facts, facts.by_definitions, DEFINITIONS, settings, today),
        *_of_movements(facts, facts.by_data, DATA, settings, today),
        *_of_tables(facts),
    ]
    order = list(Rule)
    return sorted(findings, key=lambda one: (not one.fails, order.index(one.rule), one.about))


def new_entries(before: str, after: str) -> list[str]:
    """Return the entries of a changelog that the other text does not have."""
    known = set(_entries(before))
    return [entry for entry in _entries(after) if entry not in known]


def _entries(text: str) -> list[str]:
    """Return the bullets of a changelog, each on one line."""
    found: list[str] = []
    is_open = False
    for line in text.splitlines():
        if re.match(r"\s*[-*] ", line):
            found.append(line.strip()[2:].strip())
            is_open = True
        elif is_open and line.startswith(" ") and line.strip():
            found[-1] += f" {line.strip()}"
        elif line.strip() and not line.startswith("#"):
            found.append(line.strip())
            is_open = True
        else:
            is_open = False
    return found


def _of_definitions(facts: Facts) -> Iterable[Finding]:
    for change in facts.changes:
        if change.is_definition:
            yield from _of_definition(change, facts)


def _of_definition(change: Change, facts: Facts) -> Iterable[Finding]:
    before, after = change.versions
    name = change.name
    moves_by_version = change.reaches & {movement.metric for movement in facts.movements}
    if change.action == "removed":
        if any(entry.retires for entry in change.agreements):
            yield Finding(Rule.RETIRED, name, "was taken away, as its last entry says")
            return
        yield Finding(
            Rule.REMOVED,
            name,
            f"is gone, and whoever reads it is not told{f'; {change.note}' if change.note else ''}",
            f"list its end in {CHANGE_LIST} (retires = true), or put it back",
        )
    elif change.action == "added":
        yield Finding(Rule.ADDED, name, f"is new, version {after}")
    elif before is not None and after is not None and after < before:
        yield Finding(
            Rule.BUMP_BACK,
            name,
            f"went from version {before} to {after}; a version is never used twice",
            f"raise it to {before + 1}",
        )
    elif _lacks_version(change):
        moved = sorted(moves_by_version)
        moves = f"; {_count(len(moved), 'metric')} move ({_listed(moved)})" if moved else ""
        yield Finding(
            Rule.NO_BUMP,
            name,
            f"says something else and is version {after} still{moves}",
            f"raise its version to {(after or 0) + 1} and list what was agreed in {CHANGE_LIST}",
        )
    elif change.is_bumped and change.action == "agreed" and not moves_by_version:
        yield Finding(Rule.BUMP_ONLY, name, f"is version {after}, and says what {before} said")
    elif change.action == "agreed" and not change.is_bumped:
        yield Finding(Rule.WORDING, name, "is worded or owned in another way; its numbers are not")
    elif not change.agreements:
        yield Finding(
            Rule.NOT_LISTED,
            name,
            f"has version {after}, and nobody says what was agreed or whether it restates",
            f"add its row to {CHANGE_LIST}",
        )
    elif change.applies_from is None and not any(one.restates for one in change.agreements):
        yield Finding(
            Rule.EARLIER,
            name,
            "was edited in place, so every period is counted anew, and its entry says that it "
            "does not restate",
            "leave the row and add one with a later valid_from, or say restates = true",
        )


def _lacks_version(change: Change) -> bool:
    """Say whether a definition says something else under its old version."""
    return change.is_definition and change.action == "changed" and not change.is_bumped


def _of_locks(facts: Facts) -> Iterable[Finding]:
    now = {lock.period: lock for lock in facts.locks[1]}
    for period in now.keys() - {lock.period for lock in facts.locks[0]}:
        yield Finding(Rule.ADDED, period, "is locked from now on")
    for lock in facts.locks[0]:
        newer = now.get(lock.period)
        if newer is None:
            yield Finding(
                Rule.LOCKED,
                lock.period,
                "was locked and is no more",
                "put its rows back in seeds/locked; a locked period is restated, never unlocked",
            )
            continue
        moved = sorted(
            {
                movement.metric
                for movement in facts.movements
                if lock.covers(movement.grain, movement.period)
            }
        )
        if not moved:
            continue
        if newer.revision > lock.revision:
            yield Finding(
                Rule.ALLOWED,
                lock.period,
                f"is restated as revision {newer.revision}: {_listed(moved)}",
            )
            continue
        yield Finding(
            Rule.LOCKED,
            lock.period,
            f"is locked, and {len(moved)} of its metrics would be others: {_listed(moved)}",
            f"leave the period alone (a row with a later valid_from), or restate it in the open: "
            f"touchstone lock {lock.period} --restate",
        )


def _of_movements(
    facts: Facts,
    movements: Sequence[Movement],
    kinds: frozenset[Kind],
    settings: Settings,
    today: datetime.date,
) -> Iterable[Finding]:
    """Judge metrics together that the same changes move: one finding for one thing to mend."""
    by_metric: dict[str, list[Movement]] = {}
    for movement in movements:
        by_metric.setdefault(movement.metric, []).append(movement)
    by_causes: dict[tuple[str, ...], dict[str, list[Movement]]] = {}
    changes = {change.name: change for change in facts.changes if change.kind in kinds}
    for metric, moved in by_metric.items():
        causes = tuple(name for name, change in changes.items() if metric in change.reaches)
        by_causes.setdefault(causes, {})[metric] = moved
    for names, metrics in by_causes.items():
        causes_ = [changes[name] for name in names]
        if not causes_:
            # rows that a join doubles are behind no column: any changed SQL may have done it
            causes_ = [one for one in changes.values() if one.kind in WRITTEN and one.nodes]
        if not causes_:
            yield Finding(
                Rule.UNEXPLAINED,
                _listed(list(metrics)),
                "moved, and no change of a definition, of SQL or of data reaches it",
                "look for what is not reproducible: a clock, an order that is not total, chance",
            )
            continue
        agreed = [change for change in causes_ if _is_agreed(change, facts)]
        if agreed:
            yield from _of_earlier(metrics, agreed, facts.settling)
            # a new version of the metric itself answers for whatever moves it, any other for itself
            if not any(one.kind is Kind.METRIC and one.is_bumped for one in agreed):
                silent = [one for one in causes_ if one.kind in WRITTEN and one not in agreed]
                edited = [one.name for one in silent if one.nodes]
                if edited:
                    yield from _of_silence(edited, kinds, metrics, settings, today)
        elif not all(_lacks_version(change) for change in causes_):  # told there already
            names = tuple(one.name for one in causes_)
            yield from _of_silence(names, kinds, metrics, settings, today)


def _of_silence(
    causes: Sequence[str],
    kinds: frozenset[Kind],
    metrics: Mapping[str, Sequence[Movement]],
    settings: Settings,
    today: datetime.date,
) -> Iterable[Finding]:
    """Nobody answers for a movement: only a setting can let it pass."""
    left = {
        metric: moved
        for metric, moved in metrics.items()
        if not all(_is_allowed(one, settings, today) for one in moved)
    }
    for metric in metrics.keys() - left.keys():
        why = _reason(metrics[metric], settings, today)
        yield Finding(Rule.ALLOWED, metric, f"moved within what {why} allows")
    if left:
        values = sum(len(moved) for moved in left.values())
        yield Finding(
            Rule.NOT_AGREED,
            _listed(causes),
            f"{'moves' if len(causes) == 1 else 'move'} {_count(len(left), 'metric')} "
            f"({_listed(list(left))}) in {_count(values, 'value')}",
            f"say in {CHANGELOG} what moves, by the name of the metric, the table or the file"
            + ("" if kinds == DATA else ", or raise a version; a refactor must not move numbers"),
        )


def _of_earlier(
    metrics: Mapping[str, Sequence[Movement]],
    agreed: Sequence[Change],
    settling: Mapping[str, int | None],
) -> Iterable[Finding]:
    """A change that applies from a day leaves the periods before it alone.

    Of a cohort those that had settled: what became of the others came after that day.
    """
    if any(change.applies_from is None for change in agreed):
        return
    first = min(change.applies_from or ALWAYS for change in agreed)
    early = {
        metric: min(periods)
        for metric, moved in metrics.items()
        if (days := settling.get(metric, 0)) is not None
        and (
            periods := [
                movement.period
                for movement in moved
                if movement.ends + datetime.timedelta(days=days) <= first
            ]
        )
    }
    if early:
        names = _listed([change.name for change in agreed])
        yield Finding(
            Rule.EARLIER,
            names,
            f"applies from {first}, and moves {_count(len(early), 'metric')} before that day "
            f"({_listed(list(early))}, from {min(early.values())} on)",
            "keep the earlier row as it was, or say in the list of changes that it restates",
        )


def _of_tables(facts: Facts) -> Iterable[Finding]:
    for change in facts.tables:
        if not change.is_breaking:
            yield Finding(Rule.ADDED, change.name, f"is new ({change.new})")
            continue
        words = [change.table, change.table.rpartition(".")[2], change.column or change.table]
        if _names(facts.entries, words):
            yield Finding(Rule.ADDED, change.name, "is gone or another, as the changelog says")
            continue
        told = f"has type {change.new}, not {change.old}" if change.new else "is gone"
        if change.renamed_to:
            told += f"; {change.renamed_to} has the same values"
        yield Finding(
            Rule.BREAKING,
            change.name,
            f"{told}, and dashboards read it",
            f"keep it beside the new one for a while, or name it in {CHANGELOG}",
        )
    for dimension, metrics in facts.lost_cuts.items():
        if _names(facts.entries, [dimension]):
            yield Finding(Rule.ADDED, dimension, "cuts fewer metrics, as the changelog says")
            continue
        yield Finding(
            Rule.BREAKING,
            dimension,
            f"cuts {_count(len(metrics), 'metric')} no longer: {_listed(metrics)}",
            f"keep the dimension, or name it in {CHANGELOG}",
        )
    moved = {movement.metric for movement in facts.movements}
    for change_of_rows in facts.rows:
        causes = [change for change in facts.changes if change_of_rows.table in change.tables]
        is_told = any(change.reaches & moved for change in causes)
        if is_told or any(_is_agreed(one, facts) or _lacks_version(one) for one in causes):
            continue
        yield Finding(
            Rule.NOT_AGREED if causes else Rule.UNEXPLAINED,
            change_of_rows.table,
            f"has {change_of_rows.only_after:,} rows that the base has not, and lacks "
            f"{change_of_rows.only_before:,}",
            f"say it in {CHANGELOG} by the name of the table, or make the change move nothing",
        )


def _is_agreed(change: Change, facts: Facts) -> bool:
    """Say whether somebody answers for what a change moves: a new version, or the changelog."""
    if change.is_definition and (change.is_bumped or change.agreements):
        return True
    return _says(facts, [change])


def _says(facts: Facts, changes: Sequence[Change]) -> bool:
    moved = {movement.metric for movement in facts.movements}
    words: list[str] = []
    for change in changes:
        words += _words_of(change, moved)
    return _names(facts.entries, words)


def _words_of(change: Change, moved: set[str]) -> list[str]:
    """Return the names by which a changelog may speak of a change."""
    short = re.split(r"[./]", change.name.removesuffix(".sql").replace(".sql: ", "/"))[-1]
    words = [change.name, *(name for name in change.reaches if name in moved), *change.tables]
    if not change.is_definition:  # the last part of an id is a word such as new
        words.append(short)
    words += [table.rpartition(".")[2] for table in change.tables]
    if change.kind is Kind.METRIC:
        words.append(change.name.removeprefix(METRIC))
    words += [column for _, column in change.nodes]
    return words


def _names(entries: Sequence[str], words: Sequence[str]) -> bool:
    """Say whether an entry has one of the names; one that is a single word stands in backticks.

    "A new page", "help on touches" speak of no status `new` and of no table `touches`.
    """
    texts = [f" {_plain(entry)} " for entry in entries]
    quoted = [f" {_plain(name)} " for entry in entries for name in re.findall(r"`([^`]+)`", entry)]
    return any(
        f" {name} " in text
        for name in map(_plain, words)
        if name
        for text in (texts if " " in name else quoted)
    )


def _plain(text: str) -> str:
    """Return words only, in lower case and singular: W-shaped and w_shaped are one name."""
    words = re.sub(r"[^a-z0-9]+", " ", text.lower()).split()
    return " ".join(word.rstrip("s") if len(word) > 3 else word for word in words)


def _is_allowed(movement: Movement, settings: Settings, today: datetime.date) -> bool:
    percent = movement.percent
    if percent is not None and abs(percent) <= settings.threshold_percent > 0:
        return True
    return any(one.covers(movement.metric, percent, today) for one in settings.allow)


def _reason(moved: Sequence[Movement], settings: Settings, today: datetime.date) -> str:
    for one in settings.allow:
        if any(one.covers(movement.metric, movement.percent, today) for movement in moved):
            return f"'{one.reason}'"
    return f"the threshold of {settings.threshold_percent} %"


def _listed(names: Sequence[str], shown: int = 5) -> str:
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return f"{', '.join(names[:shown])}{more}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
