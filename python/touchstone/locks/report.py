"""What is said of locks: after a build, after locking, and when somebody asks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from touchstone.locks.agreed import Lock
from touchstone.locks.locking import Outcome
from touchstone.locks.publishing import Held
from touchstone.locks.tables import RESTATEMENTS, VALUES
from touchstone.metrics.values import TOTAL

SHOWN = 10  # numbers of a lock that a terminal shows


@dataclass(frozen=True)
class Moved:
    """A published number that today is another one."""

    metric: str
    unit: str
    published: Decimal | None
    computed: Decimal | None
    rows: int | None
    largest_changes: str | None
    changed_definitions: str | None


@dataclass(frozen=True)
class Today:
    """What the last build found of a lock: published numbers that moved, and the totals of them."""

    number_count: int
    moved_count: int
    totals: Sequence[Moved]


def after_build(held: Iterable[Held]) -> list[str]:
    """Return a line for each lock of which there is something to say."""
    lines = []
    for one in held:
        if one.not_held:
            lines.append(f"  {one.lock.period} is locked and not held here: {one.not_held}")
        elif one.moved_count:
            lines.append(
                f"  {one.lock.period} is locked: {one.moved_count:,} of its numbers would have "
                f"moved and are kept. Which and why: touchstone lock. To publish the new ones: "
                f"touchstone lock {one.lock.period} --restate"
            )
    return lines


def after_locking(outcome: Outcome) -> list[str]:
    """Return what was done, and what is to be done with it."""
    lock = outcome.lock
    what = (
        f"{lock.period} is locked, {lock.start} to {lock.last_date}: {outcome.number_count:,} "
        "numbers"
        if lock.revision == 1
        else f"{lock.period} is restated, revision {lock.revision}: {outcome.number_count:,} "
        "numbers are published anew, the old ones beside them"
    )
    return [
        f"{what}; {outcome.row_count:,} rows behind the numbers are kept in this warehouse",
        "the files of seeds/locked hold it: commit them, and let those who agreed review them",
    ]


def read_today(connection: duckdb.DuckDBPyConnection, locks: Sequence[Lock]) -> Mapping[str, Today]:
    """Return what the last build found, for each lock that it knew in this revision."""
    tables = connection.execute(
        "select count(*) from duckdb_columns() where schema_name || '.' || table_name = $1 "
        "and column_name = 'locked_period'",
        [VALUES],
    ).fetchone()
    if not tables or not tables[0]:
        return {}
    found = {}
    for lock in locks:
        [(numbers, revision)] = connection.execute(
            f"select count(distinct (metric, period_start_date, dimension, member, "
            f"replace(grain, 'fiscal_', ''))), max(revision_number) from {VALUES} "
            "where locked_period = $1",
            [lock.period],
        ).fetchall()
        if not numbers or revision > lock.revision:
            continue
        [(moved,)] = connection.execute(
            "select count(distinct (metric, period_start_date, dimension, member, "
            f"replace(grain, 'fiscal_', ''))) from {RESTATEMENTS} "
            "where status = 'kept' and locked_period = $1",
            [lock.period],
        ).fetchall()
        totals = connection.execute(
            "select distinct on (metric) metric, unit, published_value, computed_value, "
            "changed_row_count + added_row_count + gone_row_count, largest_changes, "
            f"changed_definitions, abs(difference_share) as moved_by from {RESTATEMENTS} "
            "where status = 'kept' and locked_period = $1 and dimension = $2 "
            "order by metric, period_start_date, grain",
            [lock.period, TOTAL],
        ).fetchall()
        totals.sort(key=lambda row: (-(row[-1] or 0), row[0]))
        found[lock.period] = Today(numbers, moved, [Moved(*row[:-1]) for row in totals])
    return found


def as_text(locks: Sequence[Lock], today: Mapping[str, Today] | None) -> str:
    """Return what is locked and what has moved since.

    Args:
        locks: as last agreed.
        today: what the last build found; None when there is no warehouse.
    """
    if not locks:
        return (
            'no period is locked; lock one with: touchstone lock 2025-Q3 --agreed-by "CFO and CRO" '
            '--reason "..."'
        )
    lines = []
    for lock in locks:
        lines += [
            f"{lock.period}  {lock.start} to {lock.last_date}, revision {lock.revision}, agreed by "
            f"{lock.agreed_by} on {lock.agreed_on}: {lock.reason}"
        ]
        lines += [f"    {line}" for line in _found(lock, today)]
    return "\n".join(lines)


def _found(lock: Lock, today: Mapping[str, Today] | None) -> Iterable[str]:
    if today is None:
        yield "there is no warehouse here: build it to see what moved"
        return
    found = today.get(lock.period)
    if found is None:
        yield "the warehouse was built without it, or is of other data: touchstone build says more"
        return
    if not found.moved_count:
        yield f"{found.number_count:,} numbers, none moved"
        return
    yield f"{found.number_count:,} numbers; {found.moved_count:,} would have moved and are kept:"
    for moved in found.totals[:SHOWN]:
        yield f"  {_line(moved)}"
        if moved.rows is None:
            yield "      the rows are not known: this warehouse was made after the lock"
        elif moved.largest_changes:
            yield f"      {moved.rows:,} rows: {moved.largest_changes}"
        if moved.changed_definitions:
            yield f"      definitions: {moved.changed_definitions}"
    if len(found.totals) > SHOWN:
        yield f"  ... and {len(found.totals) - SHOWN} more metrics"
    yield f"all of them: select * from {RESTATEMENTS} where locked_period = '{lock.period}'"
    yield (
        f"to publish the new ones: touchstone lock {lock.period} --restate --agreed-by "
        f'"{lock.agreed_by}" --reason ...'
    )


def _line(moved: Moved) -> str:
    difference = ""
    if moved.published is not None and moved.computed is not None:
        difference = f"  {_number(moved.computed - moved.published, sign='+')}"
    before, after = _number(moved.published), _number(moved.computed)
    return f"{moved.metric} ({moved.unit})  {before} -> {after}{difference}"


def _number(value: Decimal | None, sign: str = "") -> str:
    return "none" if value is None else f"{value.normalize():{sign},f}"
