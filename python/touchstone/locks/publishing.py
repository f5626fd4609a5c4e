"""Published numbers: of locked periods those that were agreed, of all others today's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from touchstone.locks.agreed import Lock, newest
from touchstone.locks.definitions import NOTHING_CHANGED, compare, read_settings
from touchstone.locks.numbers import (
    CREDIT_DIMENSION,
    CREDITS,
    DEFINITION_OF_NUMBER,
    NUMBER,
    insert,
    load,
)
from touchstone.locks.periods import MONTHS, grains_starting, months_after
from touchstone.locks.rows import explain
from touchstone.locks.tables import (
    KEY,
    VALUES,
    is_cut,
    write_credits,
    write_restatements,
    write_values,
)
from touchstone.metrics.values import CUTS, GRAINS, TOTAL, Written

_CREDITS_SQL = f"""
    insert into lock_computed
    with credits as (
        select
            month_start_date,
            concat_ws(' / ', attribution_scope, attribution_model, channel) as member,
            {", ".join(f"cast(sum({name}) as {NUMBER}) as {name}" for name in CREDITS)}
        from attribution.model_credits_by_month
        where month_start_date is not null
        group by all
    )

    select metric, label, unit, 0, 'month', month_start_date, '{CREDIT_DIMENSION}', member, value,
        null, null
    from (unpivot credits on {", ".join(CREDITS)} into name metric value value)
    inner join lock_metrics using (metric)
"""

# Each number of a lock in each of its revisions, for every grain that it is one of.
_PUBLISHED_SQL = """
    create or replace temp table lock_published as
    with numbers as (
        select
            *,
            lag(value) over history as previous_value,
            lag(numerator) over history as previous_numerator,
            lag(denominator) over history as previous_denominator,
            lead(revision) over history is null as is_newest
        from locked_numbers
        window history as (
            partition by period, metric, period_start_date, month_count, dimension, member
            order by revision
        )
    )

    select
        numbers.* exclude (revision),
        numbers.revision as revision_number,
        grain,
        locked_date,
        unit,
        is_additive
    from numbers
    inner join lock_spans using (period, period_start_date, month_count)
    inner join locked_periods
        on numbers.period = locked_periods.period and numbers.revision = locked_periods.revision
    left join lock_metrics using (metric)
    where {asked}
"""

# A row per published number and grain, beside what is computed today. What nobody published is a
# number of nothing, unless the metric, or the dimension by which it is cut, came after the lock:
# that was never agreed, and is not held.
_CELLS_SQL = f"""
    create or replace temp table lock_cells as
    with newest as (
        select * from lock_published where is_newest
    ),

    today as (
        select lock_computed.*, period
        from lock_computed
        inner join lock_spans using (grain, period_start_date)
    ),

    pairs as (
        select
            period,
            {KEY},
            newest.metric is not null as is_listed,
            locked_date,
            revision_number,
            newest.value,
            newest.numerator,
            newest.denominator,
            newest.previous_value,
            today.value as computed_value,
            today.numerator as computed_numerator,
            today.denominator as computed_denominator,
            {DEFINITION_OF_NUMBER} as definition_id
        from today
        full join newest using (period, {KEY})
    ),

    totals as (
        select distinct period, metric, grain, period_start_date
        from newest
        where
            dimension = '{TOTAL}'
            and (coalesce(numerator, value, 0) <> 0 or coalesce(denominator, 0) <> 0)
    ),

    cuts as (
        select distinct period, metric, grain, period_start_date, dimension from newest
    ),

    first_agreed as (
        select period, definition_id from locked_definitions where revision = 1
    ),

    last_agreed as (
        select period, definition_id, definition_name, version, unit, locked_date
        from locked_definitions
        inner join locked_periods using (period, revision)
        inner join lock_holding using (period, revision)
    ),

    locked_dates as (
        select period, revision, locked_date from locked_periods
        inner join lock_holding using (period, revision)
    )

    select
        row_number() over (order by pairs.period, {KEY}) as cell_id,
        pairs.period,
        month_count,
        {KEY},
        {is_cut()} as is_cut,
        coalesce(label, definition_name) as label,
        coalesce(lock_metrics.unit, last_agreed.unit) as unit,
        coalesce(version, 0) as version_number,
        coalesce(revision_number, locked_dates.revision) as revision_number,
        coalesce(pairs.locked_date, locked_dates.locked_date) as locked_date,
        coalesce(value, case when is_additive then 0 end) as value,
        coalesce(numerator, case when is_ratio then 0 end) as numerator,
        coalesce(denominator, case when is_ratio then 0 end) as denominator,
        coalesce(computed_value, case when is_additive then 0 end) as computed_value,
        coalesce(computed_numerator, case when is_ratio then 0 end) as computed_numerator,
        coalesce(computed_denominator, case when is_ratio then 0 end) as computed_denominator,
        case
            when revision_number > 1 then coalesce(previous_value, case when is_additive then 0 end)
        end as previous_value
    from pairs
    inner join lock_spans using (period, grain, period_start_date)
    inner join locked_dates using (period)
    left join lock_metrics using (metric)
    left join last_agreed using (period, definition_id)
    left join first_agreed using (period, definition_id)
    left join totals using (period, metric, grain, period_start_date)
    left join cuts using (period, metric, grain, period_start_date, dimension)
    where
        is_listed
        or (
            first_agreed.definition_id is not null
            and (cuts.metric is not null or totals.metric is null)
        )
"""

_MOVED_SQL = """
    create or replace temp table lock_moved as
    select * from lock_cells
    where
        value is distinct from computed_value
        or numerator is distinct from computed_numerator
        or denominator is distinct from computed_denominator
"""


@dataclass(frozen=True)
class Held:
    """What became of a lock in a build.

    Attributes:
        lock: as last agreed.
        not_held: why the lock says nothing of this build; None when it holds.
        moved_count: published numbers that today would be others.
        is_broken: the build shows the locked period in another currency or time zone.
    """

    lock: Lock
    not_held: str | None
    moved_count: int
    is_broken: bool = False


def take(connection: duckdb.DuckDBPyConnection, written: Written) -> None:
    """Make the temporary tables of what was computed: lock_computed and lock_metrics.

    The table of values holds computed ones only, as write_values has just written them. Totals of
    credit stand among them when everything was asked for.
    """
    connection.execute(
        "create or replace temp table lock_metrics "
        "(metric varchar, is_additive boolean, is_ratio boolean, label varchar, unit varchar)"
    )
    rows = [
        [one.name, one.adds_up, bool(one.numerator), one.label, one.unit]
        for one in written.known.values()
    ]
    rows += [[name, True, False, name, unit] for name, unit in CREDITS.items()]
    insert(connection, "lock_metrics", rows)
    connection.execute(f"create or replace temp table lock_computed as from {VALUES}")
    if is_whole(written):
        connection.execute(_CREDITS_SQL)


def publish(connection: duckdb.DuckDBPyConnection, written: Written, folder: Path) -> list[Held]:
    """Write the published numbers, and those that moved, from what take() took.

    Args:
        connection: in a transaction.
        written: what was asked for.
        folder: of the files of locks.

    Returns:
        What became of each lock.
    """
    locks = newest(load(connection, folder))
    settings = read_settings(connection) if locks else {}
    reasons = {lock.period: lock.not_held_because(settings) for lock in locks}
    holding = [lock for lock in locks if reasons[lock.period] is None]
    make_spans(connection, holding, int(settings.get("fiscal_year_start_month", 1)))
    asked, parameters = "true", []
    if not is_whole(written):
        asked = (
            "list_contains($1, metric) and list_contains($2, grain) "
            "and list_contains($3, dimension)"
        )
        parameters = list(_part(written))
    connection.execute(_PUBLISHED_SQL.format(asked=asked), parameters)
    connection.execute(_CELLS_SQL)
    connection.execute(_MOVED_SQL)
    moved = dict(
        connection.execute(
            "select period, count(distinct (metric, period_start_date, month_count, dimension, "
            "member)) from lock_moved group by period"
        ).fetchall()
    )
    moving = [lock for lock in holding if lock.period in moved]
    if moving:
        compare(connection, written.target, written.known, moving, settings)
    else:
        connection.execute(NOTHING_CHANGED)
    explain(connection, written.engine, written.known, moving)
    write_values(connection)
    write_restatements(connection, None if is_whole(written) else _part(written))
    if is_whole(written):
        write_credits(connection)
    return [
        Held(
            lock,
            reasons[lock.period],
            moved.get(lock.period, 0),
            lock.is_in_other_units(settings),
        )
        for lock in locks
    ]


def make_spans(
    connection: duckdb.DuckDBPyConnection, locks: Sequence[Lock], fiscal_year_start_month: int
) -> None:
    """Make lock_holding, the locks, and lock_spans, the periods of each grain that lie within them.

    A period belongs to the shortest lock that it is in: a year that is locked after its quarters
    says nothing of what they have said. It is not looked up in the data, which may forget a year.
    """
    connection.execute(
        "create or replace temp table lock_holding (period varchar, revision integer)"
    )
    insert(connection, "lock_holding", [[lock.period, lock.revision] for lock in locks])
    connection.execute(
        "create or replace temp table lock_spans (grain varchar, period_start_date date, "
        "month_count integer, period varchar, revision integer)"
    )
    spans: dict[tuple[str, date], list[object]] = {}
    for lock in sorted(locks, key=lambda one: (one.month_count, one.period)):
        for place in range(lock.month_count):
            start = months_after(lock.start, place)
            for grain in grains_starting(start, fiscal_year_start_month):
                if lock.covers(grain, start):
                    own = [grain, start, MONTHS[grain], lock.period, lock.revision]
                    spans.setdefault((grain, start), own)
    insert(connection, "lock_spans", list(spans.values()))


def is_whole(written: Written) -> bool:
    """Say whether every public metric was asked for, in every grain, cut by everything."""
    public = {metric.name for metric in written.known.values() if not metric.is_private}
    return (
        {metric.name for metric in written.asked} == public
        and set(written.grains) == set(GRAINS)
        and set(written.cuts) == set(CUTS)
    )


def _part(written: Written) -> tuple[list[str], list[str], list[str]]:
    metrics = [metric.name for metric in written.asked]
    return metrics, list(written.grains), [TOTAL, *written.cuts]
