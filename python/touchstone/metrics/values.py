"""Values of metrics as rows: metric, period, by what it is cut, value, numerator, denominator."""

import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from touchstone.errors import UserError
from touchstone.metrics.catalogue import Metric, catalogue
from touchstone.metrics.engine import Engine
from touchstone.project import connect

TABLE = "quality.metric_values"
# Periods, and what MetricFlow calls them.
CALENDAR = ("month", "quarter", "year")
GRAINS = (*CALENDAR, "fiscal_quarter", "fiscal_year")
DAY = "metric_time__day"
# By what values are cut, one at a time, where the metric's mart or a mart joined to it can.
CUTS = (
    "attribution_model",
    "business_kind",
    "campaign_name",
    "channel",
    "icp_tier",
    "lead_source",
    "original_lead_source",
    "owner_pair",
    "region",
    "segment",
)
LONG = ("campaign_name", "owner_pair")  # dimensions with hundreds of members and more
TOTAL = "total"
NOBODY = "(none)"  # the member of rows that name none
DECIMALS = 9  # as many as a share of credit has
NUMBER = f"decimal(28, {DECIMALS})"

COLUMNS = f"""
    metric varchar not null,
    label varchar not null,
    unit varchar not null,
    version_number integer not null,
    grain varchar not null,
    period_start_date date not null,
    dimension varchar not null,
    member varchar not null,
    value {NUMBER},
    numerator {NUMBER},
    denominator {NUMBER}
"""
COMMENTS = {
    "": "One row per metric, period, dimension and member: every agreed number, ready for a chart. "
    f"Rows of dimension {TOTAL} are the metric as a whole; members of a dimension add up to it "
    "only where the metric is additive over it.",
    "value": "Empty where the denominator is 0.",
    "member": f"{TOTAL} for the metric as a whole; {NOBODY} where nothing is named.",
    "numerator": "Of a ratio; empty for other metrics.",
    "denominator": "Of a ratio; empty for other metrics.",
}


@dataclass(frozen=True)
class Written:
    """What was asked for when values were written.

    Attributes:
        target: dbt's target folder.
        known: all metrics by name.
        asked: those that were computed.
        grains: in which.
        cuts: by which dimensions, besides the total.
        engine: that was asked.
    """

    target: Path
    known: Mapping[str, Metric]
    asked: Sequence[Metric]
    grains: Sequence[str]
    cuts: Sequence[str]
    engine: Engine


Publish = Callable[[duckdb.DuckDBPyConnection, Written], None]


def write_values(
    project: Path,
    warehouse: Path,
    *,
    target: Path | None = None,
    answers: Path | None = None,
    metrics: Sequence[str] = (),
    grains: Sequence[str] = GRAINS,
    cuts: Sequence[str] = CUTS,
    publish: Publish | None = None,
) -> int:
    """Compute the values of metrics and write them into the warehouse, in one transaction.

    These are the values of today's data and definitions, whatever is locked. Those that the project
    publishes are written by touchstone.locks.write_published_values.

    Args:
        project: folder of dbt_project.yml.
        warehouse: the DuckDB file that dbt built.
        target: dbt's target folder; that of the project when none is named.
        answers: folder in which MetricFlow's answers are kept; the target when none is named.
        metrics: only these; all public ones when none is named.
        grains: of GRAINS.
        cuts: of CUTS.
        publish: what is done with the table of values within the same transaction.

    Returns:
        The number of rows.

    Raises:
        UserError: a metric that is not there, or a mart that was not built.
    """
    folder = target or project / "target"
    known = catalogue(folder)
    asked = _asked(known, metrics)
    if not asked:
        return 0
    begun = time.monotonic()
    engine = Engine(folder, answers)
    with connect(warehouse) as connection:
        try:
            _create_tables(connection)
            ways = {metric.name: ways_to_cut(metric, engine, cuts) for metric in asked}
            plan = _plan(
                asked, known, engine, grains, ways, fiscal_is_calendar=_is_calendar(connection)
            )
            for done, question in enumerate(plan, start=1):
                question.run(connection)
                _say(done, len(plan), begun)
        except duckdb.CatalogException as error:
            raise UserError(
                f"metrics need a mart that is not built: {str(error).splitlines()[0]}; "
                "build it: make build"
            ) from error
        connection.execute("begin")
        _fill_empty_periods(connection, known)
        _replace(connection, asked, ways)
        if publish:
            publish(connection, Written(folder, known, asked, grains, cuts, engine))
        connection.execute("commit")
        engine.keep()
        [(rows,)] = connection.execute(f"select count(*) from {TABLE}").fetchall()
    return int(rows)


def _asked(known: Mapping[str, Metric], names: Iterable[str]) -> list[Metric]:
    public = {name: metric for name, metric in known.items() if not metric.is_private}
    for name in names:
        if name not in public:
            raise UserError(f"no metric {name!r}; touchstone metrics --list names them")
    return [public[name] for name in names or public]


def ways_to_cut(metric: Metric, engine: Engine, cuts: Sequence[str] = CUTS) -> tuple[str, ...]:
    """Return the dimensions by which a metric has values, TOTAL among them.

    Of a ratio MetricFlow knows those that both its sides have.
    """
    if metric.only_by:
        return (metric.only_by,)
    usual = {cut for cut in engine.cuts([metric.name]) if cut in cuts} - {*metric.not_by}
    also = {cut for cut in metric.also_by if cut in cuts or {*CUTS} <= {*cuts}}
    return (TOTAL, *sorted(usual | also))


@dataclass(frozen=True)
class _Sums:
    """One question about metrics that add up: by day and all dimensions at once.

    Attributes:
        is_stock: a period has what its last day has, instead of the sum of its days.
    """

    metrics: tuple[str, ...]
    is_stock: bool
    cuts: Mapping[str, str]  # dimension -> the name it is grouped by
    periods: Mapping[str, tuple[str, ...]]  # dimension -> its grains
    sql: str

    def run(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Ask once, and add the days up to periods for each dimension."""
        names = ", ".join(f'"{name}"' for name in self.metrics)
        sums = ", ".join(f'cast(sum("{name}") as {NUMBER}) as "{name}"' for name in self.metrics)
        connection.execute(f"create or replace temp table answer as {self.sql}")
        days = (
            "(select max(date_day) as date_day, grain, period_start_date from periods where "
            f'date_day in (select cast("{DAY}" as date) from answer) group by all)'
            if self.is_stock
            else "periods"
        )
        for dimension, group_by in self.cuts.items():
            connection.execute(
                "insert into leaves "
                "select metric, grain, days.period_start_date, "
                f"'{dimension}', member, sum(value) from (unpivot ("
                f'select cast("{DAY}" as date) as date_day, {member_of(group_by)} as member, '
                f'{sums} from answer where "{DAY}" is not null group by all'
                f") on {names} into name metric value value) "
                f"inner join {days} as days using (date_day) "
                "where list_contains($1, grain) group by all",
                [list(self.periods[dimension])],
            )


@dataclass(frozen=True)
class _Values:
    """One question about metrics that do not add up: of one grain, cut one way.

    Attributes:
        grain: of the question.
        periods: grains it answers: fiscal quarters of a year that starts in January are quarters.
    """

    metrics: tuple[str, ...]
    dimension: str
    group_by: str
    grain: str
    periods: tuple[str, ...]
    sql: str

    def run(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Ask, and keep the answer for each grain that it is one of."""
        names = ", ".join(f'"{name}"' for name in self.metrics)
        columns = ", ".join(f'cast("{name}" as {NUMBER}) as "{name}"' for name in self.metrics)
        time = f'"metric_time__{self.grain}"'
        connection.execute(
            "insert into leaves "
            f"select metric, unnest($1), period, '{self.dimension}', member, value "
            f"from (unpivot (select cast({time} as date) as period, "
            f"{member_of(self.group_by)} as member, {columns} "
            f"from ({self.sql}) where {time} is not null) on {names} into name metric value value)",
            [list(self.periods)],
        )


def member_of(group_by: str) -> str:
    """Return the SQL of a member's name; without a dimension, that of the total."""
    return f"coalesce(cast(\"{group_by}\" as varchar), '{NOBODY}')" if group_by else f"'{TOTAL}'"


def _plan(
    asked: Sequence[Metric],
    known: Mapping[str, Metric],
    engine: Engine,
    grains: Sequence[str],
    ways: Mapping[str, Sequence[str]],
    *,
    fiscal_is_calendar: bool,
) -> list[_Sums | _Values]:
    """Return the questions: metrics of the same rows and the same column of time are asked at once.

    MetricFlow takes a tenth of a second to write a query, whatever it asks. What adds up is asked
    by day, all dimensions together, and added up here; only the rest is asked per grain and
    dimension.
    """
    wanted: dict[str, set[str]] = {}
    for metric in asked:
        for part in metric.parts:
            wanted.setdefault(part, {TOTAL}).update(ways[metric.name])
    found: list[_Sums | _Values] = []
    for names in populations(asked, known):
        needed = {dimension for name in names for dimension in wanted[name]}
        available = {cut: by for cut, by in engine.cuts(names).items() if cut in needed}
        by = {TOTAL: "", **dict(sorted(available.items()))}
        periods = {dimension: _grains_of(dimension, grains) for dimension in by}
        first = known[names[0]]
        if first.adds_up or first.is_stock:
            sql = engine.sql(names, [DAY, *available.values()])
            found.append(_Sums(tuple(names), first.is_stock, by, periods, sql))
            continue
        for dimension, group_by in by.items():
            groups = [group_by] if group_by else []
            calendar = engine.sql(names, [f"metric_time__{CALENDAR[0]}", *groups])
            for grain, same in _same_periods(periods[dimension], fiscal_is_calendar).items():
                sql = (
                    at_grain(calendar, grain)
                    if grain in CALENDAR
                    else engine.sql(names, [f"metric_time__{grain}", *groups])
                )
                found.append(_Values(tuple(names), dimension, group_by, grain, same, sql))
    return found


def _grains_of(dimension: str, grains: Sequence[str]) -> tuple[str, ...]:
    """Return the grains a dimension is kept in: those with many members not by month."""
    return tuple(grain for grain in grains if grain != "month" or dimension not in LONG)


def _same_periods(grains: Sequence[str], fiscal_is_calendar: bool) -> dict[str, tuple[str, ...]]:
    """Return the grains to ask for, each with those it answers."""
    found: dict[str, tuple[str, ...]] = {}
    for grain in grains:
        asked = grain.removeprefix("fiscal_") if fiscal_is_calendar else grain
        found[asked] = (*found.get(asked, ()), grain)
    return found


def at_grain(sql: str, grain: str) -> str:
    """Return MetricFlow's SQL of the first calendar grain at another.

    It spells the grain in two places, the rounding of the day and the name of the column; a test
    holds the outcome against its own SQL for every metric.
    """
    first = CALENDAR[0]
    return sql.replace(f"DATE_TRUNC('{first}', ", f"DATE_TRUNC('{grain}', ").replace(
        f"metric_time__{first}", f"metric_time__{grain}"
    )


def populations(asked: Iterable[Metric], known: Mapping[str, Metric]) -> list[list[str]]:
    """Return the metrics that make those asked for, together where one question answers them."""
    leaves = sorted({part for metric in asked for part in metric.parts})
    together: dict[object, list[str]] = {}
    for name in leaves:
        together.setdefault(known[name].population, []).append(name)
    return list(together.values())


def _is_calendar(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether the fiscal year is the calendar's."""
    [(found,)] = connection.execute(
        "select bool_and(fiscal_year_start_date = year_start_date) from core.days"
    ).fetchall()
    return bool(found)


def _create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables in which answers are gathered: values, and the periods a day is in."""
    connection.execute(
        "create or replace temp table leaves (part varchar, grain varchar, "
        f"period_start_date date, dimension varchar, member varchar, value {NUMBER})"
    )
    columns = ", ".join(f'{grain}_start_date as "{grain}"' for grain in GRAINS)
    listed = ", ".join(f'"{grain}"' for grain in GRAINS)
    connection.execute(
        "create or replace temp table periods as select date_day, grain, period_start_date from "
        f"(unpivot (select date_day, {columns} from core.days) "
        f"on {listed} into name grain value period_start_date)"
    )


def _fill_empty_periods(connection: duckdb.DuckDBPyConnection, known: Mapping[str, Metric]) -> None:
    """Say 0 for the whole in periods without a row, from the first one to the running one."""
    counts = sorted(name for name, metric in known.items() if metric.counts_nothing_as_zero)
    connection.execute(
        "insert into leaves "
        f"select part, grain, period_start_date, '{TOTAL}', '{TOTAL}', 0 from ("
        "select part, grain, min(period_start_date) as first_period from leaves "
        f"where dimension = '{TOTAL}' and list_contains($1, part) group by all) as firsts "
        "inner join (select distinct grain, period_start_date from periods inner join core.days "
        "using (date_day) where is_past) as past using (grain) "
        f"anti join (from leaves where dimension = '{TOTAL}') as told "
        "using (part, grain, period_start_date) "
        "where period_start_date >= first_period",
        [counts],
    )


def _replace(
    connection: duckdb.DuckDBPyConnection,
    asked: Sequence[Metric],
    ways: Mapping[str, Sequence[str]],
) -> None:
    """Write the values anew: of simple metrics as they are, of ratios from their two sides."""
    connection.execute(
        "create or replace temp table asked (metric varchar, label varchar, unit varchar, "
        "version_number integer, numerator varchar, denominator varchar, dimension varchar, "
        "of_whole boolean)"
    )
    connection.executemany(
        "insert into asked values ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            [one.name, one.label, one.unit, one.version, one.numerator, one.denominator,
             dimension, dimension in one.also_by]
            for one in asked
            for dimension in ways[one.name]
        ],
    )  # fmt: skip
    connection.execute("create schema if not exists quality")
    connection.execute(f"create or replace table {TABLE} ({COLUMNS})")
    about = "metric, label, unit, version_number"
    key = "grain, period_start_date, dimension, member"
    ratio = "cast(coalesce(n.value, 0) as double) / nullif(cast(d.value as double), 0)"
    told = (
        f"cast(round({ratio}, {DECIMALS}) as {NUMBER}), coalesce(n.value, 0), coalesce(d.value, 0)"
    )
    side = (
        f"select {about}, {key}, denominator, value from asked inner join leaves using (dimension) "
    )
    connection.execute(
        f"insert into {TABLE} "
        f"select {about}, {key}, value, null, null "
        "from asked inner join leaves using (dimension) "
        "where numerator is null and part = metric "
        "union all "
        f"select {about}, {key}, {told} "
        f"from ({side} where part = numerator and not of_whole) as n "
        f"full join ({side} where part = denominator and not of_whole) as d using ({about}, {key}) "
        "union all "
        f"select {about}, grain, period_start_date, n.dimension, n.member, {told} "
        f"from ({side} where part = numerator and of_whole and value <> 0) as n "
        f"inner join (select part as denominator, grain, period_start_date, value from leaves "
        f"where dimension = '{TOTAL}') as d using (denominator, grain, period_start_date) "
        f"order by {about}, {key}"
    )
    # a member without anything in a period says nothing; the metric as a whole says 0
    connection.execute(
        f"delete from {TABLE} where dimension <> '{TOTAL}' "
        "and coalesce(numerator, value, 0) = 0 and coalesce(denominator, 0) = 0"
    )
    for column, text in COMMENTS.items():
        what = f"column {TABLE}.{column}" if column else f"table {TABLE}"
        connection.execute(f"comment on {what} is '{text}'")


def _say(done: int, total: int, begun: float) -> None:
    """Say how far it is: one line that moves in a terminal, one at the end elsewhere."""
    line = f"  {done:>4} of {total} questions about metrics, {time.monotonic() - begun:3.0f} s"
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="\n" if done == total else "", file=sys.stderr, flush=True)
    elif done == total:
        print(line, file=sys.stderr, flush=True)
