"""From agreed guards to findings: what is asked of which table, and what the answers mean."""

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from touchstone.checks.definitions import EVERY_TABLE, Guard, read_guards
from touchstone.checks.rules import RULES, NotMeantError, NotThereError, Question, World
from touchstone.checks.tables import (
    Guarded,
    is_loaded,
    read_catalog,
    read_marts,
    read_sources,
)
from touchstone.errors import UserError
from touchstone.load.contract import read_yaml
from touchstone.project import connect

# The order of a report: what is worst comes first.
OUTCOMES = ("broken", "failed", "empty", "absent", "held")
DAYS_OF_DATA = "select as_of_date from intermediate.int_days_of_data"


@dataclass(frozen=True)
class Finding:
    """What one guard found in one table."""

    guard: Guard
    table: str
    outcome: str
    observed: str
    limit: str
    seen_count: int = 0
    row_count: int = 0
    sample_keys: str = ""

    @property
    def stops(self) -> bool:
        """Say whether figures must not be used: a guard that cannot run guards nothing."""
        return self.outcome in ("failed", "broken") and self.guard.severity == "stop"

    @property
    def warns(self) -> bool:
        """Say whether somebody should look."""
        return self.outcome in ("failed", "broken") and self.guard.severity == "warn"

    @property
    def next_step(self) -> str:
        """Return what to do about it."""
        return RULES[self.guard.rule].next_step


@dataclass(frozen=True)
class Asked:
    """One guard on one table and its question, or why there is nothing to ask."""

    guard: Guard
    table: str
    question: Question | None
    reason: str = ""


@dataclass(frozen=True)
class Scope:
    """Which guards to run."""

    edge: str | None = None
    table: str | None = None
    guard: str | None = None


def check(
    project: Path,
    warehouse: Path,
    *,
    scope: Scope,
    variables: Mapping[str, Any],
    today: datetime.date,
    as_of: datetime.date | None = None,
    docs: Path | None = None,
    on_answer: Callable[[int, int], None] = lambda done, total: None,
) -> list[Finding]:
    """Run the guards on a warehouse; return the findings, the worst first.

    Args:
        project: folder of dbt_project.yml.
        warehouse: the DuckDB file; it is opened read-only.
        scope: which guards.
        variables: dbt vars that the warehouse was built with, beside those of dbt_project.yml.
        today: the day of the check: nothing can have happened after it.
        as_of: the day up to which data should reach; None: the newest day in them.
        docs: folder to write Data Docs to.
        on_answer: told how many questions of how many are answered.
    """
    with connect(warehouse, read_only=True) as connection:
        asked = questions(
            project, connection, scope=scope, variables=variables, today=today, as_of=as_of
        )
    findings = [
        Finding(item.guard, item.table, "absent", item.reason, "")
        for item in asked
        if not item.question
    ]
    findings += _answered(warehouse, [item for item in asked if item.question], docs, on_answer)
    return sorted(findings, key=_worst_first)


def questions(
    project: Path,
    connection: duckdb.DuckDBPyConnection,
    *,
    scope: Scope,
    variables: Mapping[str, Any],
    today: datetime.date,
    as_of: datetime.date | None = None,
) -> list[Asked]:
    """Return what `check` asks of a warehouse, without asking it."""
    guards = read_guards(project, today)
    tables = _tables(project, connection, variables)
    day = as_of or _newest_day(connection, tables) or today
    world = World({table.label: table for table in tables}, day, today, _has_been_built(connection))
    return ask(_within(guards, world, scope), world, scope)


def _has_been_built(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether the definitions are there, which come with the first build."""
    found = connection.execute(
        "select 1 from duckdb_schemas() where schema_name = 'definitions' limit 1"
    ).fetchone()
    return found is not None


def ask(guards: Iterable[Guard], world: World, scope: Scope) -> list[Asked]:
    """Return what each guard asks of each table that it speaks of."""
    asked = []
    for guard in guards:
        for table in world.tables.values():
            if table.edge != guard.edge or not guard.covers(table.label):
                continue
            if scope.table in (None, table.label):
                with suppress(NotMeantError):
                    asked.append(_ask(guard, table, world))
    return asked


def _ask(guard: Guard, table: Guarded, world: World) -> Asked:
    try:
        if table.rows is None and guard.rule != "delivered":
            raise NotThereError("no such table")
        return Asked(guard, table.label, RULES[guard.rule].ask(table, guard.parameters, world))
    except NotThereError as reason:
        return Asked(guard, table.label, None, str(reason))


def _within(guards: Sequence[Guard], world: World, scope: Scope) -> list[Guard]:
    for guard in guards:
        if guard.table_name not in (EVERY_TABLE, *world.tables):
            raise UserError(
                f"the guard {guard.name} speaks of {guard.table_name}, which is no source table "
                "and no public mart; mend the row in seeds/definitions/guards.csv"
            )
    _known(scope.table, world.tables, "table", "touchstone check --edge in --format json")
    _known(scope.guard, [guard.name for guard in guards], "guard", "docs/guards.md")
    return [
        guard
        for guard in guards
        if scope.edge in (None, guard.edge) and scope.guard in (None, guard.name)
    ]


def _known(name: str | None, names: Iterable[str], what: str, where: str) -> None:
    if name is None or name in names:
        return
    alike = [other for other in names if name.split(".")[-1][:5] in other][:5]
    raise UserError(
        f"there is no {what} {name}"
        + (f"; did you mean {', '.join(alike)}?" if alike else f"; they are listed by {where}")
    )


def _tables(
    project: Path, connection: duckdb.DuckDBPyConnection, variables: Mapping[str, Any]
) -> list[Guarded]:
    catalog = read_catalog(connection)
    settings = {**read_yaml(project / "dbt_project.yml")["vars"], **variables}
    settings["raw_data"] = "loaded" if is_loaded(catalog, variables) else "sample"
    return [*read_sources(project, catalog, settings), *read_marts(project, catalog)]


def _newest_day(
    connection: duckdb.DuckDBPyConnection, tables: Iterable[Guarded]
) -> datetime.date | None:
    """Return the day up to which the marts were built, else the newest stamp of the CRM."""
    try:
        row = connection.execute(DAYS_OF_DATA).fetchone()
    except duckdb.CatalogException:
        stamps = [
            f"select max(cast(created_date as date)) as day from {table.rows} as looked_at"
            for table in tables
            if table.rows and table.edge == "in" and "created_date" in table.columns
        ]
        if not stamps:
            return None
        row = connection.execute(
            f"select max(day) from ({' union all '.join(stamps)}) where day <= current_date"
        ).fetchone()
    return row[0] if row else None


def _answered(
    warehouse: Path,
    questions: Sequence[Asked],
    docs: Path | None,
    on_answer: Callable[[int, int], None],
) -> list[Finding]:
    if not questions:
        return []
    from touchstone.checks.expectations import SEVERITY, ExpectGuardToHold, run_checkpoint

    suites: dict[str, list[ExpectGuardToHold]] = {}
    for number, item in enumerate(questions):
        assert item.question
        suites.setdefault(item.table, []).append(
            ExpectGuardToHold(
                question=item.question.sql,
                limit=item.question.limit,
                description=f"{item.guard.statement} ({item.guard.name})",
                severity=SEVERITY[item.guard.severity],
                notes=_notes(item.guard),
                meta={"number": number},
            )
        )
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        on_answer(done, len(questions))

    results = run_checkpoint(warehouse, suites, docs, count)
    found = {
        result.expectation_config.meta["number"]: _finding(
            questions[result.expectation_config.meta["number"]], result
        )
        for result in results
    }
    return [found[number] for number in range(len(questions))]


def _notes(guard: Guard) -> str:
    return (
        f"{guard.reason}. Guards: {guard.definition}. If it fails: "
        f"{RULES[guard.rule].next_step}. Version {guard.version}, agreed by {guard.agreed_by}."
    )


def _finding(item: Asked, result: Any) -> Finding:
    assert item.question
    finding = Finding(item.guard, item.table, "broken", "", item.question.limit)
    if result.exception_info.get(
        "raised_exception", "exception_message" not in result.exception_info
    ):
        return replace(finding, observed=f"the question does not run: {_reason(result)}")
    answer = result.result
    outcome = "held" if result.success else "failed"
    if result.success and not answer["element_count"]:
        outcome = "empty"
    return replace(
        finding,
        outcome=outcome,
        observed=answer["observed_value"],
        seen_count=answer["element_count"],
        row_count=answer["unexpected_count"],
        sample_keys=answer["details"]["sample_keys"],
    )


def _reason(result: Any) -> str:
    info = result.exception_info
    message = info.get("exception_message") or next(iter(info.values()))["exception_message"]
    return str(message).split("[SQL:")[0].strip().splitlines()[0][:300]


def _worst_first(finding: Finding) -> tuple[bool, bool, int, int, str, str]:
    return (
        not finding.stops,
        not finding.warns,
        OUTCOMES.index(finding.outcome),
        -finding.row_count,
        finding.table,
        finding.guard.name,
    )
