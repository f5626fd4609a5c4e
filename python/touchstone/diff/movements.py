"""Which numbers moved: metric by period and member, and the deals, leads and touches behind it."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import duckdb

from touchstone.diff.sides import STEM, Side
from touchstone.metrics import Metric
from touchstone.metrics.engine import Engine
from touchstone.metrics.values import TABLE, TOTAL, member_of

BEFORE, AFTER = "before", "after"  # names under which the two sides are attached
# What rows of marts are called in a report, in the order in which one is chosen to be named.
NAMES = {
    "opportunity": "deals",
    "lead_cycle": "lead cycles",
    "touch": "touches",
    "person": "people",
    "campaign": "campaigns",
    "account": "accounts",
}
BESIDE = "touch"  # counted too where a mart has it
MONTHS = {"month": 1, "quarter": 3, "fiscal_quarter": 3, "year": 12, "fiscal_year": 12}
# metric, first day of the period, dimension, member
Place = tuple[str, datetime.date, str, str]
_KEY = "metric, grain, period_start_date, dimension, member"


@dataclass(frozen=True)
class Movement:
    """One number that is another one now.

    Attributes:
        unit: of the metric.
        period: its first day.
        before: None where there was no such row.
        after: None where there is none now.
    """

    metric: str
    unit: str
    grain: str
    period: datetime.date
    dimension: str
    member: str
    before: Decimal | None
    after: Decimal | None

    @property
    def is_total(self) -> bool:
        """Say whether it is of the metric as a whole."""
        return self.dimension == TOTAL

    @property
    def difference(self) -> Decimal | None:
        """Return after less before; None where a ratio has no value on one side."""
        if self.unit in ("count", "currency", "days"):
            return (self.after or Decimal(0)) - (self.before or Decimal(0))
        if self.before is None or self.after is None:
            return None
        return self.after - self.before

    @property
    def percent(self) -> float | None:
        """Return the difference in per cent of the value before; None without one."""
        if not self.before or self.difference is None:
            return None
        return round(float(100 * self.difference / abs(self.before)), 2)

    @property
    def place(self) -> Place:
        """Return what names it within its grain."""
        return self.metric, self.period, self.dimension, self.member

    @property
    def ends(self) -> datetime.date:
        """Return the first day after the period."""
        months = self.period.month - 1 + MONTHS[self.grain]
        return datetime.date(self.period.year + months // 12, months % 12 + 1, 1)


@dataclass(frozen=True)
class Behind:
    """The deals, leads or touches behind the movements of a metric in a period.

    Attributes:
        counts: how many of each kind: deals -> 12.
        largest: ids with what each adds to the difference (None: not known), the largest first.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    largest: tuple[tuple[str, Decimal | None], ...] = ()


def attach(sides: Mapping[str, Side]) -> duckdb.DuckDBPyConnection:
    """Return a connection that reads the warehouses of sides under names."""
    connection = duckdb.connect()
    for name, side in sides.items():
        place = str(side.warehouse).replace("'", "''")
        connection.execute(f"attach '{place}' as {name} (read_only)")
    return connection


def compare_values(
    connection: duckdb.DuckDBPyConnection, before: str = BEFORE, after: str = AFTER
) -> list[Movement]:
    """Return every value that differs between two attached sides, of cuts that both have."""
    rows = connection.execute(
        f"""
        select
            {_KEY}, coalesce(b.unit, a.unit), b.value, a.value
        from {before}.{TABLE} as b
        full join {after}.{TABLE} as a using ({_KEY})
        where
            b.value is distinct from a.value
            and (metric, dimension) in (
                select metric, dimension from {before}.{TABLE}
                intersect select metric, dimension from {after}.{TABLE}
            )
        order by {_KEY}
        """
    ).fetchall()
    return [
        Movement(metric, unit, grain, period, dimension, member, old, new)
        for metric, grain, period, dimension, member, unit, old, new in rows
    ]


def lost_cuts(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Return by what metrics can be cut no longer: dimension -> metrics that both sides have."""
    rows = connection.execute(
        f"""
        select dimension, list(distinct metric order by metric)
        from {BEFORE}.{TABLE}
        where
            metric in (select metric from {AFTER}.{TABLE})
            and (metric, dimension) not in (select metric, dimension from {AFTER}.{TABLE})
        group by dimension order by dimension
        """
    ).fetchall()
    return dict(rows)


class Rows:
    """The rows of marts behind moved metrics."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        sides: tuple[Side, Side],
        metrics: tuple[Mapping[str, Metric], Mapping[str, Metric]],
        semantics: Mapping[str, Any],
    ) -> None:
        """Take the attached sides, the metrics of both, and the semantic models of the newer."""
        self._connection = connection
        self._sides = sides
        self._metrics = metrics
        self._semantics = semantics

    def behind(
        self, moved: Iterable[str], grain: str, cuts: Sequence[str], named: int
    ) -> dict[Place, Behind]:
        """Return what is behind the values of metrics in a grain, in total and by cuts."""
        leaves = {name: self._leaves(name) for name in sorted(set(moved))}
        together: dict[tuple[str, str], set[str]] = defaultdict(set)
        for name in set().union(*leaves.values()) if leaves else ():
            place = self._mart(name)
            if place and self._entities(place[0]):
                together[place].add(name)
        self._connection.execute(
            "create or replace temp table behind (metric varchar, dimension varchar, "
            "member varchar, period date, kind varchar, id varchar, beside varchar, "
            "difference decimal(28, 9))"
        )
        engines = [Engine(side.target, side.answers) for side in self._sides] if together else []
        for (mart, _), names in sorted(together.items()):
            self._gather(engines, mart, sorted(names), grain, cuts)
        for engine in engines:
            engine.keep()
        return self._summed(leaves, named)

    def _leaves(self, name: str) -> set[str]:
        """Return the metrics that a metric adds up from, of those that both sides have."""
        found: set[str] = set()
        for known in self._metrics:
            metric = known.get(name)
            if metric and metric.inputs:
                found |= {part for one in metric.inputs for part in self._leaves(one)}
            elif metric:
                found.add(name)
        return {one for one in found if all(one in known for known in self._metrics)}

    def _mart(self, name: str) -> tuple[str, str] | None:
        """Return the semantic model a metric counts in, and its column of time."""
        places = {
            (stated.get("semantic_model", ""), stated.get("agg_time_dimension") or "")
            for known in self._metrics
            if (stated := known[name].definition.get("metric_aggregation_params"))
        }
        return min(places) if len({mart for mart, _ in places}) == 1 else None

    def _entities(self, mart: str) -> list[str]:
        """Return the entities of a mart to count: the one to name, and touches beside it."""
        own = [one["name"] for one in self._semantics.get(mart, {}).get("entities") or ()]
        first = next((name for name in NAMES if name in own), None)
        if first is None:
            return []
        return [first, BESIDE] if BESIDE in own and first != BESIDE else [first]

    def _gather(
        self,
        engines: Sequence[Engine],
        mart: str,
        names: list[str],
        grain: str,
        cuts: Sequence[str],
    ) -> None:
        """Ask both sides for the metrics by period, member and entity; keep what differs."""
        entities = self._entities(mart)
        available = [engine.cuts(names) for engine in engines]
        places = {TOTAL: ("", "")}
        for cut in cuts:
            if all(cut in found for found in available):
                places[cut] = (available[0][cut], available[1][cut])
        for dimension, group_by in places.items():
            old, new = (
                _by_entity(engine, alias, names, grain, entities, by)
                for engine, alias, by in zip(engines, (BEFORE, AFTER), group_by, strict=True)
            )
            self._connection.execute(
                f"""
                insert into behind
                select
                    coalesce(old.metric, new.metric),
                    $1,
                    coalesce(old.member, new.member),
                    coalesce(old.period, new.period),
                    $2,
                    coalesce(old.id, new.id),
                    coalesce(old.beside, new.beside),
                    coalesce(new.value, 0) - coalesce(old.value, 0)
                from {old} as old
                full join {new} as new
                    on old.metric = new.metric and old.period = new.period
                    and old.member = new.member
                    and old.id is not distinct from new.id
                    and old.beside is not distinct from new.beside
                where old.value is distinct from new.value
                """,
                [dimension, NAMES[entities[0]]],
            )

    def _summed(self, leaves: Mapping[str, set[str]], named: int) -> dict[Place, Behind]:
        found = {}
        for metric, parts in leaves.items():
            rows = self._connection.execute(
                """
                with of_metric as (select * from behind where list_contains($1, metric)),
                sums as (
                    select dimension, member, period, id, sum(difference) as difference
                    from of_metric group by all
                ),
                ranked as (
                    select *, row_number() over (
                        partition by dimension, member, period order by abs(difference) desc, id
                    ) as place
                    from sums where id is not null
                )
                select
                    dimension, member, period,
                    list(distinct kind), count(distinct id), count(distinct beside),
                    (
                        select coalesce(list((id, ranked.difference) order by ranked.place), [])
                        from ranked
                        where
                            ranked.dimension = of_metric.dimension
                            and ranked.member = of_metric.member
                            and ranked.period = of_metric.period
                            and ranked.place <= $2
                    )
                from of_metric group by dimension, member, period order by all
                """,
                [sorted(parts), named],
            ).fetchall()
            for dimension, member, period, kinds, ids, beside, largest in rows:
                counts = {kinds[0] if len(kinds) == 1 else "rows": ids}
                if beside:
                    counts[NAMES[BESIDE]] = beside
                # of a ratio both sides moved: what a row adds to it is no one number
                named_rows = [(name, value if len(parts) == 1 else None) for name, value in largest]
                found[metric, period, dimension, member] = Behind(counts, tuple(named_rows))
        return found


def _by_entity(
    engine: Engine,
    alias: str,
    names: Sequence[str],
    grain: str,
    entities: Sequence[str],
    group_by: str,
) -> str:
    """Return a query of metrics by period, member and entity, a row each."""
    period = f"metric_time__{grain}"
    sql = engine.sql(names, [period, *entities, *([group_by] if group_by else [])])
    columns = ", ".join(f'cast("{name}" as decimal(28, 9)) as "{name}"' for name in names)
    beside = entities[1] if len(entities) > 1 else "null"
    listed = ", ".join(f'"{name}"' for name in names)
    return (
        f'(unpivot (select cast("{period}" as date) as period, {member_of(group_by)} as member, '
        f"cast({entities[0]} as varchar) as id, cast({beside} as varchar) as beside, {columns} "
        f'from ({sql.replace(STEM, alias)}) where "{period}" is not null) '
        f"on {listed} into name metric value value)"
    )
