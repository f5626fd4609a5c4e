"""Locking a period, and restating one: what `touchstone lock` does to files and warehouse."""

import dataclasses
import os
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from touchstone.errors import UserError
from touchstone.locks.agreed import FOLDER, Lock, crosses, is_within, read_locks, read_revisions
from touchstone.locks.definitions import IN_FORCE, NO_DEFINITIONS, read_settings
from touchstone.locks.numbers import CREDIT_DIMENSION, FILES, add_periods, digests, write
from touchstone.locks.periods import Period, read_period
from touchstone.locks.publishing import Held, make_spans, publish, take
from touchstone.locks.rows import keep
from touchstone.metrics.values import CUTS, GRAINS, Written, write_values
from touchstone.project import connect

_NEW_NUMBERS_SQL = f"""
    insert into locked_numbers
    select distinct
        $1, 1, metric, period_start_date, month_count, dimension, member, value, numerator,
        denominator, cast(null as bigint), cast(null as bigint), cast(null as bigint), null, null
    from lock_computed
    inner join lock_spans using (grain, period_start_date)
    where period = $1 and (dimension <> '{CREDIT_DIMENSION}' or value <> 0)
"""

_RESTATED_NUMBERS_SQL = """
    insert into locked_numbers
    select distinct
        $1, $2, metric, period_start_date, month_count, dimension, member, computed_value,
        computed_numerator, computed_denominator, changed_row_count, added_row_count,
        gone_row_count, largest_changes, changed_definitions
    from lock_moved
    left join lock_explained using (cell_id)
    left join lock_changed_definitions using (period, metric, is_cut)
    where period = $1
"""

_DEFINITIONS_SQL = f"""
    insert into locked_definitions
    select $1, $2, definition_id, definition_name, version, unit, content_digest
    from ({IN_FORCE}) as in_force
    left join lock_metrics on definition_id = 'metric.' || metric
"""


@dataclasses.dataclass(frozen=True)
class Agreement:
    """Who agreed to numbers, when and why."""

    agreed_by: str
    agreed_on: date
    reason: str


Add = Callable[[duckdb.DuckDBPyConnection], Lock | None]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What was done: the lock, how many numbers it has or restated, and rows kept behind them."""

    lock: Lock
    number_count: int
    row_count: int


def write_published_values(
    project: Path,
    warehouse: Path,
    *,
    metrics: Sequence[str] = (),
    grains: Sequence[str] = GRAINS,
    cuts: Sequence[str] = CUTS,
) -> tuple[int, list[Held]]:
    """Compute the values of metrics and write those that the project publishes.

    Args:
        project: folder of dbt_project.yml.
        warehouse: the DuckDB file that dbt built.
        metrics: only these; all public ones when none is named.
        grains: of GRAINS.
        cuts: of CUTS.

    Returns:
        The number of rows, and what became of each lock.
    """
    held: list[Held] = []

    def publishing(connection: duckdb.DuckDBPyConnection, written: Written) -> None:
        take(connection, written)
        held.extend(publish(connection, written, project / FOLDER))

    rows = write_values(
        project, warehouse, metrics=metrics, grains=grains, cuts=cuts, publish=publishing
    )
    return rows, held


def lock_period(project: Path, warehouse: Path, name: str, agreement: Agreement) -> Outcome:
    """Lock a period: its numbers and the versions of definitions go into seeds/locked.

    Raises:
        UserError: the name is no period, it is not over, has no data, or shares months with a lock.
    """
    settings, as_of = _build(warehouse)
    period = read_period(name, int(settings["fiscal_year_start_month"]))
    locks = read_locks(project)
    _refuse_overlap(period, locks)
    lock = _new_lock(period, 1, settings, as_of, agreement)
    if lock.last_date > as_of:
        raise UserError(
            f"{name} ends on {lock.last_date} and the data reach up to {as_of}: it is not over; "
            "load the rest of it and build first"
        )

    def adding(connection: duckdb.DuckDBPyConnection) -> Lock:
        make_spans(connection, [*locks, lock])
        has_data = connection.execute(
            "select 1 from lock_computed inner join lock_spans using (grain, period_start_date) "
            "where period = $1 and coalesce(numerator, value, 0) <> 0 limit 1",
            [lock.period],
        ).fetchone()
        if not has_data:
            raise UserError(
                f"no metric has a value from {lock.start} to {lock.last_date}: there is nothing "
                f"to lock in {name}"
            )
        connection.execute(_NEW_NUMBERS_SQL, [lock.period])
        return lock

    outcome = _agree(project, warehouse, adding)
    assert outcome is not None
    return outcome


def restate(project: Path, warehouse: Path, name: str, agreement: Agreement) -> Outcome | None:
    """Publish today's numbers for a locked period, the old ones beside them.

    Returns:
        What was done; None when no number has moved.

    Raises:
        UserError: the period is not locked, or not all have agreed who agreed before.
    """
    settings, as_of = _build(warehouse)
    period = read_period(name, int(settings["fiscal_year_start_month"]))
    spans = {(lock.start, lock.end): lock for lock in read_locks(project)}
    before = spans.get((period.start, period.end))
    if before is None:
        raise UserError(f"{name} is not locked; touchstone lock lists what is")
    if reason := before.not_held_because(settings):
        raise UserError(f"{before.period} cannot be restated by this build: {reason}")
    if missing := _roles(before.agreed_by) - _roles(agreement.agreed_by):
        raise UserError(
            f"{before.period} was agreed by {before.agreed_by}, and {', '.join(sorted(missing))} "
            f'must agree to other numbers too: --agreed-by "{before.agreed_by}"'
        )
    named = Period(before.period, before.start, before.end)
    lock = _new_lock(named, before.revision + 1, settings, as_of, agreement)

    def adding(connection: duckdb.DuckDBPyConnection) -> Lock | None:
        connection.execute(_RESTATED_NUMBERS_SQL, [lock.period, lock.revision])
        moved = connection.execute(
            "select 1 from lock_moved where period = $1 limit 1", [lock.period]
        ).fetchone()
        return lock if moved else None

    return _agree(project, warehouse, adding)


def _agree(project: Path, warehouse: Path, add: Add) -> Outcome | None:
    """Compute all numbers, add those agreed to the files, and publish by them: all or nothing.

    Args:
        project: folder of dbt_project.yml.
        warehouse: the DuckDB file that dbt built.
        add: adds rows to locked_numbers; returns the lock they are of, None when there are none.
    """
    folder, draft = project / FOLDER, project / "target" / "locked"
    outcomes: list[Outcome] = []

    def agreeing(connection: duckdb.DuckDBPyConnection, written: Written) -> None:
        take(connection, written)
        publish(connection, written, folder)
        lock = add(connection)
        if lock is None:
            return
        [(numbers,)] = connection.execute(
            "select count(*) from locked_numbers where period = $1 and revision = $2",
            [lock.period, lock.revision],
        ).fetchall()
        connection.execute(_DEFINITIONS_SQL, [lock.period, lock.revision])
        digest = digests(connection)[lock.period, lock.revision]
        lock = dataclasses.replace(lock, numbers_digest=digest)
        add_periods(connection, [lock])
        write(connection, draft, [*read_revisions(folder), lock])
        rows = keep(connection, written.engine, written.known, lock)
        publish(connection, written, draft)
        outcomes.append(Outcome(lock, int(numbers), rows))

    write_values(project, warehouse, publish=agreeing)
    if not outcomes:
        return None
    for name in FILES:
        os.replace(draft / name, folder / name)
    return outcomes[0]


def _build(warehouse: Path) -> tuple[dict[str, str], date]:
    """Return the settings of the last build, and the day up to which its data reach."""
    with connect(warehouse, read_only=True) as connection:
        settings = read_settings(connection)
        found = connection.execute(
            "select as_of_date from intermediate.int_days_of_data where as_of_date is not null"
        ).fetchone()
    if found is None:
        raise UserError("the warehouse holds no data: there is nothing to lock")
    return settings, found[0]


def _refuse_overlap(period: Period, locks: Sequence[Lock]) -> None:
    for other in locks:
        if (other.start, other.end) == (period.start, period.end):
            raise UserError(
                f"{period.name} is locked already, since {other.agreed_on}; to publish other "
                f"numbers for it: touchstone lock {other.period} --restate"
            )
        if is_within(period, other):
            raise UserError(
                f"{period.name} is a part of {other.period}, which is locked with all its months; "
                f"to publish other numbers for it: touchstone lock {other.period} --restate"
            )
        if crosses(period, other):
            raise UserError(
                f"{period.name} shares months with {other.period}, which is locked, and a month "
                "has one published number: lock a period beside it, or one that holds it whole"
            )


def _new_lock(
    period: Period, revision: int, settings: Mapping[str, str], as_of: date, agreement: Agreement
) -> Lock:
    return Lock(
        period=period.name,
        start=period.start,
        end=period.end,
        revision=revision,
        raw_data=settings["raw_data"],
        as_of=as_of,
        agreed_by=agreement.agreed_by,
        agreed_on=agreement.agreed_on,
        reason=agreement.reason,
        settings={name: value for name, value in settings.items() if name not in NO_DEFINITIONS},
        numbers_digest="",
    )


def _roles(agreed_by: str) -> set[str]:
    """Return the roles of "CMO, CRO and CFO"."""
    parts = re.split(r",|&|\band\b", agreed_by)
    return {" ".join(part.split()) for part in parts if part.strip()}
