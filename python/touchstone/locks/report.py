"""What is said of locks: after a build, after locking, and when somebody asks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
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
    grain: str
    period_start: date
    dimension: str
    member: str
    published: Decimal | None
    computed: Decimal | None
    rows: int | None
    largest_changes: str | None
    changed_definitions: str | None


@dataclass(frozen=True)
class Today:
    """What the last build found of a lock: how many numbers moved, and one of each metric."""

    moved_count: int
    largest: Sequence[Moved]


def after_build(held: Iterable[Held]) -> list[str]:
    """Return a line for each lock of which there is something to say."""
    lines = []
    for one in held:
        if one.is_broken:
            lines.append(
                f"  {one.lock.period} is locked, and its published numbers cannot be kept: "
                f"{one.not_held}. Set it back, or build the other report into a warehouse of its "
                "own from a project without the lock"
            )
        elif one.not_held:
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
    try:
        counted = connection.execute(_MOVED_SQL).fetchall()
    except duckdb.Error:  # built before there were locks, or without metrics
        return {}
    revisions = {lock.period: lock.revision for lock in locks}
    found = {}
    for period, revision, moved in counted:
        if revisions.get(period) == revision:
            largest = connection.execute(_LARGEST_SQL, [period, TOTAL]).fetchall()
            found[period] = Today(moved, [Moved(*row) for row in largest])
    return found


# A quarter that is a fiscal one, too, is one number.
_MOVED_SQL = f"""
    with locks as (
        select locked_period, max(revision_number) as revision_number
        from {VALUES}
        where is_locked
        group by locked_period
    ),

    moved as (
        select
            locked_period,
            count(distinct (
                metric, period_start_date, replace(grain, 'fiscal_', ''), dimension, member
            )) as moved_count
        from {RESTATEMENTS}
        where status = 'kept'
        group by locked_period
    )

    select locked_period, revision_number, coalesce(moved_count, 0)
    from locks
    left join moved using (locked_period)
    order by locked_period
"""
# Of each metric one number: as a whole before a part of it, of a long period before a short one,
# then what moved most.
_LARGEST_SQL = f"""
    with placed as (
        select
            *,
            row_number() over (
                partition by metric
                order by dimension = $2 desc,
                    list_position(['year', 'quarter', 'month'], replace(grain, 'fiscal_', '')),
                    abs(difference_share) desc nulls last,
                    period_start_date, starts_with(grain, 'fiscal_'), dimension, member
            ) as place
        from {RESTATEMENTS}
        where status = 'kept' and locked_period = $1
    )

    select
        metric,
        unit,
        grain,
        period_start_date,
        dimension,
        member,
        published_value,
        computed_value,
        changed_row_count + added_row_count + gone_row_count,
        largest_changes,
        changed_definitions
    from placed
    where place = 1
    order by dimension = $2 desc, abs(difference_share) desc nulls last, metric
"""


def as_text(
    locks: Sequence[Lock], counts: Mapping[str, int], today: Mapping[str, Today] | None
) -> str:
    """Return what is locked and what has moved since.

    Args:
        locks: as last agreed.
        counts: how many numbers each has.
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
            f"{lock.period}  {lock.start} to {lock.last_date}, {counts[lock.period]:,} numbers, "
            f"revision {lock.revision}, agreed by {lock.agreed_by} on {lock.agreed_on}: "
            f"{lock.reason}"
        ]
        lines += [f"    {line}" for line in _found(lock, today)]
    return "\n".join(lines)


def _found(lock: Lock, today: Mapping[str, Today] | None) -> Iterable[str]:
    if today is None:
        yield "there is no warehouse here: build it to see what moved"
        return
    found = today.get(lock.period)
    if found is None:
        yield "the warehouse was built without it, or of other data: touchstone build says more"
        return
    if not found.moved_count:
        yield "none moved"
        return
    yield f"{found.moved_count:,} would have moved and are kept; of each metric the largest:"
    for moved in found.largest[:SHOWN]:
        yield f"  {_line(moved)}"
        if moved.rows is None:
            yield "      its rows are not known: this warehouse was made after the lock"
        elif moved.largest_changes:
            yield f"      {_count(moved.rows, 'row')}: {moved.largest_changes}"
        if moved.changed_definitions:
            yield f"      agreed anew since: {moved.changed_definitions}"
    if len(found.largest) > SHOWN:
        yield f"  ... and {_count(len(found.largest) - SHOWN, 'more metric')}"
    yield f"all of them: select * from {RESTATEMENTS} where locked_period = '{lock.period}'"
    yield (
        f"to publish the new ones: touchstone lock {lock.period} --restate "
        f'--agreed-by "{lock.agreed_by}" --reason "..."'
    )


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _line(moved: Moved) -> str:
    difference = ""
    if moved.published is not None and moved.computed is not None:
        difference = f" ({_number(moved.computed - moved.published, sign='+')} {moved.unit})"
    of = "" if moved.dimension == TOTAL else f", {moved.dimension} {moved.member}"
    before, after = _number(moved.published), _number(moved.computed)
    period = f"{moved.grain.replace('_', ' ')} of {moved.period_start}"
    return f"{moved.metric}{of}, {period}: {before} -> {after}{difference}"


def _number(value: Decimal | None, sign: str = "") -> str:
    return "none" if value is None else f"{value.normalize():{sign},f}"
