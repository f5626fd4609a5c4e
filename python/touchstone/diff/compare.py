"""One comparison from beginning to end: check out, build, compare, judge."""

import datetime
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import duckdb

from touchstone.diff import sides as sides_
from touchstone.diff.changes import (
    METRIC,
    SETTING,
    Change,
    Kind,
    Line,
    compare_definitions,
    compare_wording,
    read_agreements,
    read_definitions,
)
from touchstone.diff.lineage import ROWS, Followed, Node
from touchstone.diff.models import (
    Project,
    Reach,
    compare_models,
    compare_semantics,
    consequences,
    differing_rows,
)
from touchstone.diff.movements import (
    AFTER,
    BEFORE,
    NAMES,
    Behind,
    Movement,
    Place,
    Rows,
    attach,
    compare_values,
    lost_cuts,
)
from touchstone.diff.settings import FILE, Settings, read_settings
from touchstone.diff.settings import TABLE as SETTINGS_TABLE
from touchstone.diff.sides import Data, Revision, Side
from touchstone.diff.tables import (
    RowChange,
    TableChange,
    compare_columns,
    compare_rows,
    public_columns,
)
from touchstone.diff.verdict import CHANGELOG, Facts, Finding, Rule, judge, new_entries
from touchstone.locks import read_locks
from touchstone.metrics import Metric, catalogue, days_to_settle
from touchstone.metrics.engine import Engine
from touchstone.metrics.values import CUTS, populations

BASE_NAME, WORK_NAME, DATA_NAME = "the base", "the working tree", "the base on the new data"
SAMPLE = "sample"  # what raw_data is where nobody says
BETWEEN = "between"  # the base's definitions on the working tree's data
NAMED_ROWS = 3


@dataclass(frozen=True)
class Comparison:
    """What differs between a base and the working tree, and whether it was agreed.

    Attributes:
        revision: the base.
        data: a sentence: which raw data both were built on.
        settings: how it is shown and judged.
        facts: what differs.
        findings: the verdict's, those that fail first.
        behind: deals, leads and touches by metric, period of the settings' grain, and member.
        upstream: of metrics whose mart has no such rows, what differs further up, in all periods.
        labels: of the metrics.
        metric_count: public metrics of the working tree.
        seconds: of the builds, one after the other, and of the whole.
    """

    revision: Revision
    data: str
    settings: Settings
    facts: Facts
    findings: tuple[Finding, ...]
    behind: Mapping[Place, Behind]
    upstream: Mapping[str, Behind]
    labels: Mapping[str, str]
    metric_count: int
    seconds: tuple[float, float]

    @property
    def passes(self) -> bool:
        """Say whether nothing fails."""
        return not any(finding.fails for finding in self.findings)


def compare(
    project: Path,
    revision: Revision,
    data: Data,
    *,
    work: Path,
    settings: Settings | None = None,
    fresh: bool = False,
    today: datetime.date,
) -> Comparison:
    """Compare a commit with the working tree on the same data.

    Args:
        project: folder of dbt_project.yml, the working tree.
        revision: the base.
        data: what both are built on.
        work: folder for builds; those that stand there already are used again.
        settings: those of the working tree where None is given.
        fresh: build again what stands already.
        today: day of the comparison, for allowances that end.

    Raises:
        UserError: a side that does not build.
    """
    begun = time.monotonic()
    agreed_settings = read_settings(project)
    settings = settings or agreed_settings
    checkout = work / "base"
    sides_.check_out(project, revision, checkout)
    data_changes = [] if data.warehouse else _data_changes(checkout, project)
    before = _side(BASE_NAME, checkout, work, data)
    after = _side(WORK_NAME, project, work, data)
    between = before
    if data_changes:
        moved = work / "base_on_new_data"
        sides_.check_out(project, revision, moved)
        _take_data(project, moved)
        between = _side(DATA_NAME, moved, work, data)
    distinct = list({side.folder: side for side in (before, after, between)}.values())
    seconds = sides_.build(distinct, data, fresh=fresh)
    entries = new_entries(before.read(CHANGELOG), after.read(CHANGELOG))
    with attach({BEFORE: before, AFTER: after, BETWEEN: between}) as connection:
        found = _Found(connection, before, after, between, data_changes)
        raw_data = data.variables.get("raw_data", SAMPLE)
        locks = [
            [lock for lock in read_locks(place) if lock.raw_data == raw_data]  # else other numbers
            for place in (checkout, project)
        ]
        facts = replace(found.facts(entries), locks=(locks[0], locks[1]))
        behind = found.behind(facts.movements, settings)
        upstream = found.upstream(facts.movements, settings)
    findings = judge(facts, settings, today)
    if read_settings(checkout) != agreed_settings:
        told = f"[{SETTINGS_TABLE}] in {FILE} was changed: the new settings judge"
        findings.append(Finding(Rule.NEW_SETTINGS, FILE, told))
    return Comparison(
        revision=revision,
        data=_told(data, data_changes),
        settings=settings,
        facts=facts,
        findings=tuple(findings),
        behind=behind,
        upstream=upstream,
        labels={name: metric.label for name, metric in found.labels().items()},
        metric_count=sum(not metric.is_private for metric in found.metrics[1].values()),
        seconds=(sum(seconds), time.monotonic() - begun),
    )


def _side(name: str, project: Path, work: Path, data: Data) -> Side:
    return Side(name, project, sides_.build_folder(work, project, data))


def _told(data: Data, changes: list[Change]) -> str:
    if data.warehouse:
        return f"both on the raw tables of {data.warehouse.name}"
    if changes:
        return "the sample company, whose raw data differ too"
    return "both on the sample company"


def _take_data(source: Path, target: Path) -> None:
    """Give a checkout the raw data of another one."""
    shutil.rmtree(target / sides_.RAW_SEEDS, ignore_errors=True)
    shutil.copytree(source / sides_.RAW_SEEDS, target / sides_.RAW_SEEDS)


def _data_changes(before: Path, after: Path) -> list[Change]:
    """Return the raw tables of the sample that differ, with how many rows."""
    old, new = sides_.raw_rows(before), sides_.raw_rows(after)
    changes = []
    connection = duckdb.connect()
    for name in sorted(old.keys() | new.keys()):
        files = (old.get(name), new.get(name))
        if all(files) and files[0].read_bytes() == files[1].read_bytes():  # type: ignore[union-attr]
            continue
        changes.append(_data_change(connection, name, files))
    return changes


def _data_change(
    connection: duckdb.DuckDBPyConnection, name: str, files: tuple[Path | None, Path | None]
) -> Change:
    """Count the rows of a table that differ, and name some by their first column, the key."""
    for view, path in zip(("old_rows", "new_rows"), files, strict=True):
        place = str(path or next(one for one in files if one)).replace("'", "''")
        connection.execute(
            f"create or replace temp table {view} as "
            "select values[1] as key, values from (select [*columns(*)] as values "
            f"from read_csv('{place}', all_varchar = true, header = true)) "
            + ("" if path else "where false")
        )
    rows = connection.execute(
        f"""
        with gone as (from old_rows except all from new_rows),
        come as (from new_rows except all from old_rows),
        keys as (
            select key, case
                when key in (select key from gone) and key in (select key from come) then 1
                when key in (select key from gone) then 2 else 3
            end as what
            from (select key from gone union select key from come)
        )
        select what, count(*), list(key order by key)[1:{NAMED_ROWS}]
        from keys group by what order by what
        """
    ).fetchall()
    said = {1: "rows changed", 2: "rows gone", 3: "rows that came"}
    lines = [
        Line(said[what], "", f"{count:,} ({', '.join(keys)}{', ...' * (count > NAMED_ROWS)})")
        for what, count, keys in rows
    ]
    table = f"raw.{name.replace('.', '__')}"
    return Change(Kind.DATA, name, "changed", tuple(lines), frozenset({(table, ROWS)}))


class _Found:
    """What differs between two built sides."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        before: Side,
        after: Side,
        between: Side,
        data_changes: list[Change],
    ) -> None:
        self._connection = connection
        self._sides = (before, after)
        self._has_new_data = between is not before
        self._data_changes = data_changes
        followed: dict[str, Followed] = {}
        self._projects = (
            Project(before, connection, BEFORE, followed),
            Project(after, connection, AFTER, followed),
        )
        self.metrics: tuple[Mapping[str, Metric], Mapping[str, Metric]] = (
            catalogue(before.target),
            catalogue(after.target),
        )

    @cached_property
    def _columns(self) -> list[dict[str, frozenset[Node]]]:
        """Return by side the columns behind each metric: of its value, and of its cuts."""
        return [
            _with_cuts(side, project, known)
            for side, project, known in zip(self._sides, self._projects, self.metrics, strict=True)
        ]

    def labels(self) -> dict[str, Metric]:
        """Return the metrics of both sides by name."""
        return {**self.metrics[0], **self.metrics[1]}

    def facts(self, entries: list[str]) -> Facts:
        """Return what differs."""
        schemas = frozenset(
            node["schema"]
            for project in self._projects
            for node in project.models.values()
            if node["original_file_path"].startswith("models/marts/")
        )
        columns = [public_columns(self._connection, alias, schemas) for alias in (BEFORE, AFTER)]
        movements = compare_values(self._connection)
        by_data = compare_values(self._connection, BEFORE, BETWEEN) if self._has_new_data else []
        by_definitions = (
            compare_values(self._connection, BETWEEN, AFTER) if self._has_new_data else movements
        )
        rows = compare_rows(self._connection, columns[0], columns[1])
        changes = [
            *self._definition_changes(frozenset(columns[0]) | frozenset(columns[1])),
            *self._reached_by_data(by_data, rows),
        ]
        return Facts(
            changes=changes,
            movements=movements,
            by_definitions=by_definitions,
            by_data=by_data,
            tables=self._with_reach(compare_columns(self._connection, columns[0], columns[1])),
            rows=rows,
            entries=entries,
            lost_cuts=lost_cuts(self._connection),
            settling={
                name: days_to_settle(name, known) for known in self.metrics for name in known
            },
        )

    def behind(self, movements: Sequence[Movement], settings: Settings) -> dict[Place, Behind]:
        """Return the deals, leads and touches behind what moved."""
        moved = {movement.metric for movement in movements}
        semantics = self._projects[1].semantics
        rows = Rows(self._connection, self._sides, self.metrics, semantics)
        return rows.behind(moved, settings.grain, settings.by, settings.named)

    def upstream(self, movements: Sequence[Movement], settings: Settings) -> dict[str, Behind]:
        """Return what differs further up, where a mart has no deals, leads or touches to name."""
        found = {}
        for name in sorted({movement.metric for movement in movements}):
            marts = [self.metrics[1][part].tables for part in self._leaves(name)]
            columns = {
                node for part in self._leaves(name) for node in self.metrics[1][part].columns
            }
            if marts and not any(self._has_entity(table) for tables in marts for table in tables):
                behind = differing_rows(self._connection, self._projects, columns, settings.named)
                if behind:
                    found[name] = behind
        return found

    def _leaves(self, name: str) -> list[str]:
        metric = self.metrics[1][name]
        return [leaf for one in metric.inputs for leaf in self._leaves(one)] or [name]

    def _has_entity(self, table: str) -> bool:
        project = self._projects[1]
        return any(
            NAMES.keys() & {one["name"] for one in stated["entities"] or ()}
            for mart, stated in project.semantics.items()
            if project.table(mart) == table
        )

    def _definition_changes(self, public: frozenset[str]) -> list[Change]:
        before, after = self._projects
        seeds = {**before.seed_columns, **after.seed_columns}
        stated = tuple(read_definitions(self._connection, side) for side in (BEFORE, AFTER))
        listed = (
            read_agreements(self._connection, BEFORE),
            read_agreements(self._connection, AFTER),
        )
        changes = compare_definitions(stated[0], stated[1], listed, seeds)
        changes = _with_wording(changes, compare_wording(*self.metrics))
        changed = [change for change in changes if change.action != "agreed"]
        by_seed, by_setting = consequences(
            before,
            after,
            {table.rpartition(".")[2] for change in changed for table, _ in change.nodes},
            {
                change.name.removeprefix(SETTING)
                for change in changed
                if change.kind is Kind.SETTING
            },
        )
        found = []
        for change in changes:
            nodes = set(change.nodes)
            if change.action != "agreed":
                for table in {table for table, _ in change.nodes}:
                    nodes |= by_seed.get(table.rpartition(".")[2], set())
                if change.kind is Kind.SETTING:
                    nodes |= by_setting.get(change.name.removeprefix(SETTING), set())
            found.append(replace(change, nodes=frozenset(nodes)))
        explained = {node for change in found for node in change.nodes}
        found += compare_models(before, after, explained)
        found += compare_semantics(before, after)
        return [self._reaching(change, public) for change in found]

    def _reaching(self, change: Change, public: frozenset[str]) -> Change:
        reached = Reach(*self._projects).of(change.nodes) if change.nodes else frozenset()
        metrics = {
            name
            for columns, known in zip(self._columns, self.metrics, strict=True)
            for name, metric in known.items()
            if not metric.is_private and columns[name] & reached
        }
        if change.kind is Kind.METRIC and (change.action != "agreed" or change.is_bumped):
            metrics |= self._made_of(change.name.removeprefix(METRIC))
        tables = {table for table, _ in reached if table in public}
        return replace(
            change,
            reaches=frozenset(metrics) | change.reaches,
            tables=frozenset(tables),
        )

    def _made_of(self, name: str) -> set[str]:
        """Return the public metrics that a metric is, or is a part of."""
        found = {name}
        while True:
            more = {
                one
                for known in self.metrics
                for one, metric in known.items()
                if found & set(metric.inputs)
            }
            if more <= found:
                break
            found |= more
        public = {
            one for known in self.metrics for one, metric in known.items() if not metric.is_private
        }
        return found & public

    def _reached_by_data(self, moved: list[Movement], rows: list[RowChange]) -> list[Change]:
        """Return the changes of raw data with what they did move: it is known, not followed."""
        metrics = frozenset(movement.metric for movement in moved)
        tables = frozenset(change.table for change in rows)
        return [replace(change, reaches=metrics, tables=tables) for change in self._data_changes]

    def _with_reach(self, changes: list[TableChange]) -> list[TableChange]:
        """Add the metrics that read a column of the older side."""
        return [
            replace(
                change,
                reaches=frozenset(
                    name
                    for name, metric in self.metrics[0].items()
                    if (change.table, change.column or ROWS) in metric.columns
                    and not metric.is_private
                ),
            )
            for change in changes
        ]


def _with_cuts(
    side: Side, project: Project, known: Mapping[str, Metric]
) -> dict[str, frozenset[Node]]:
    """Return by metric the columns of its value, and those by which it is cut."""
    engine = Engine(side.target, side.answers)
    public = [metric for metric in known.values() if not metric.is_private]
    cuts: dict[str, frozenset[Node]] = {}
    for names in populations(public, known):
        paths = [path for cut, path in engine.cuts(names).items() if cut in CUTS]
        for name in names:
            mart = known[name].mart
            found = (project.cut_columns(mart, path) for path in paths if mart)
            cuts[name] = frozenset().union(*found)
    return {
        name: metric.columns.union(*(cuts.get(part, ()) for part in metric.parts))
        for name, metric in known.items()
    }


def _with_wording(changes: list[Change], worded: list[Change]) -> list[Change]:
    """Put what is said of a metric beside what it is."""
    by_name = {change.name: change for change in worded}
    found = []
    for change in changes:
        words = by_name.pop(change.name, None)
        if words is None or change.action in ("added", "removed"):
            found.append(change)
            continue
        is_changed = "changed" in (change.action, words.action)
        found.append(
            replace(
                change,
                action="changed" if is_changed else "agreed",
                lines=(*change.lines, *words.lines),
                reaches=change.reaches | words.reaches,
            )
        )
    return [*found, *by_name.values()]
