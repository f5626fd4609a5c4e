"""Values of metrics as rows: metric, period, by what it is cut, value, numerator, denominator."""

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from touchstone.errors import UserError
from touchstone.metrics.catalogue import Metric, catalogue
from touchstone.metrics.engine import Engine
from touchstone.project import connect

TABLE = "quality.metric_values"
# Periods, and what MetricFlow calls them.
GRAINS = ("month", "quarter", "year", "fiscal_quarter", "fiscal_year")
# By what values are cut, one at a time, where the metric's mart or a mart joined to it can.
CUTS = (
    "attribution_model",
    "business_kind",
    "campaign_name",
    "channel",
    "icp_tier",
    "original_lead_source",
    "owner_pair",
    "region",
    "segment",
)
TOTAL = "total"
NOBODY = "(none)"  # the member of rows that name none
DECIMALS = 8
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


def write_values(
    project: Path,
    warehouse: Path,
    *,
    target: Path | None = None,
    metrics: Sequence[str] = (),
    grains: Sequence[str] = GRAINS,
    cuts: Sequence[str] = CUTS,
) -> int:
    """Compute the values of metrics and write them into the warehouse, in one transaction.

    Args:
        project: folder of dbt_project.yml.
        warehouse: the DuckDB file that dbt built.
        target: dbt's target folder; that of the project when none is named.
        metrics: only these; all public ones when none is named.
        grains: of GRAINS.
        cuts: of CUTS.

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
    plan = _plan(asked, known, Engine(folder), grains, cuts)
    with connect(warehouse) as connection:
        _create_leaves(connection)
        begun = time.monotonic()
        for done, query in enumerate(plan, start=1):
            _run(connection, query)
            _say(done, len(plan), begun)
        connection.execute("begin")
        _replace(connection, asked, known)
        connection.execute("commit")
        [(rows,)] = connection.execute(f"select count(*) from {TABLE}").fetchall()
    return int(rows)


def _asked(known: Mapping[str, Metric], names: Iterable[str]) -> list[Metric]:
    public = {name: metric for name, metric in known.items() if not metric.is_private}
    for name in names:
        if name not in public:
            raise UserError(f"no metric {name!r}; touchstone metrics --list names them")
    return [public[name] for name in names or public]


@dataclass(frozen=True)
class _Query:
    """One question to the warehouse: metrics of the same rows, of one grain, cut one way."""

    metrics: tuple[str, ...]
    grain: str
    dimension: str
    group_by: str | None
    sql: str


def _plan(
    asked: Sequence[Metric],
    known: Mapping[str, Metric],
    engine: Engine,
    grains: Sequence[str],
    cuts: Sequence[str],
) -> list[_Query]:
    """Return the questions: metrics that read the same columns of time are asked together."""
    leaves = sorted({part for metric in asked for part in _parts(metric)})
    together: dict[object, list[str]] = {}
    for name in leaves:
        together.setdefault(_population(known[name]), []).append(name)
    found = []
    for names in together.values():
        by = {
            TOTAL: None,
            **{cut: group for cut, group in engine.cuts(names).items() if cut in cuts},
        }
        for dimension, group_by in sorted(by.items()):
            for grain in grains:
                groups = [f"metric_time__{grain}", *([group_by] if group_by else [])]
                sql = engine.sql(names, groups)
                found.append(_Query(tuple(names), grain, dimension, group_by, sql))
    return found


def _parts(metric: Metric) -> tuple[str, ...]:
    """Return the metrics whose values make a metric: a ratio's two sides, else itself."""
    if metric.numerator and metric.denominator:
        return metric.numerator, metric.denominator
    return (metric.name,)


def _population(metric: Metric) -> object:
    """Return what metrics asked together have in common: one mart and one column of time."""
    aggregated = metric.definition.get("metric_aggregation_params")
    if aggregated is None:
        return metric.name
    return (
        aggregated["semantic_model"],
        aggregated.get("agg_time_dimension"),
        str(aggregated.get("non_additive_dimension")),
    )


def _create_leaves(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "create or replace temp table leaves (metric varchar, grain varchar, "
        f"period_start_date date, dimension varchar, member varchar, value {NUMBER})"
    )


def _run(connection: duckdb.DuckDBPyConnection, query: _Query) -> None:
    member = f'"{query.group_by}"' if query.group_by else f"'{TOTAL}'"
    columns = ", ".join(f'cast("{name}" as {NUMBER}) as "{name}"' for name in query.metrics)
    listed = ", ".join(f'"{name}"' for name in query.metrics)
    try:
        connection.execute(
            f"insert into leaves select metric, '{query.grain}', period, '{query.dimension}', "
            "member, value from (unpivot (select "
            f'cast("metric_time__{query.grain}" as date) as period, '
            f"coalesce(cast({member} as varchar), '{NOBODY}') as member, {columns} "
            f'from ({query.sql}) where "metric_time__{query.grain}" is not null) '
            f"on {listed} into name metric value value)"
        )
    except duckdb.CatalogException as error:
        raise UserError(
            f"metrics {', '.join(query.metrics)} need a mart that is not built: "
            f"{str(error).splitlines()[0]}; build it: make build"
        ) from error


def _replace(
    connection: duckdb.DuckDBPyConnection, asked: Sequence[Metric], known: Mapping[str, Metric]
) -> None:
    """Write the values anew: of simple metrics as they are, of ratios from their two sides."""
    connection.execute(
        "create or replace temp table asked (metric varchar, label varchar, unit varchar, "
        "version_number integer, numerator varchar, denominator varchar)"
    )
    connection.executemany(
        "insert into asked values ($1, $2, $3, $4, $5, $6)",
        [
            [one.name, one.label, one.unit, one.version, one.numerator, one.denominator]
            for one in asked
        ],
    )
    connection.execute("create schema if not exists quality")
    connection.execute(f"create or replace table {TABLE} ({COLUMNS})")
    key = "grain, period_start_date, dimension, member"
    about = "label, unit, version_number"
    side = (
        f"select asked.metric, {about}, {key}, value from asked "
        "inner join leaves on asked.{} = leaves.metric"
    )
    ratio = "cast(coalesce(n.value, 0) as double) / nullif(cast(d.value as double), 0)"
    connection.execute(
        f"insert into {TABLE} "
        f"select asked.metric, {about}, {key}, value, null, null "
        "from asked inner join leaves using (metric) where asked.numerator is null "
        f"union all select metric, {about}, {key}, cast(round({ratio}, {DECIMALS}) as {NUMBER}), "
        "coalesce(n.value, 0), coalesce(d.value, 0) "
        f"from ({side.format('numerator')}) as n full join ({side.format('denominator')}) as d "
        f"using (metric, {about}, {key}) order by metric, {key}"
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
