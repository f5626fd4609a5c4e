"""The rows behind numbers: what each deal, lead cycle, touch or cost adds to each metric.

A lock keeps them in the warehouse, so that a number that moves later can say which rows moved it:
of metrics that add up, the differences of the rows are the difference of the number.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from touchstone.locks.agreed import Lock
from touchstone.locks.numbers import CREDIT_DIMENSION, CREDITS, NUMBER, insert
from touchstone.metrics.catalogue import Metric
from touchstone.metrics.engine import Engine
from touchstone.metrics.values import CUTS, DAY, NOBODY, TOTAL, populations

SCHEMA = "locked_rows"  # builds know nothing of it
KEPT = f"{SCHEMA}.contributions"
LOCKS = f"{SCHEMA}.locks"
NAMED = 5  # rows that a restatement names
_MEMBERS = ", ".join(f"coalesce({name}, '{NOBODY}')" for name in (*CUTS, "credit"))
_DIMENSIONS = ", ".join(f"'{name}'" for name in (*CUTS, CREDIT_DIMENSION))
_COLUMNS = (
    "period varchar, metric varchar, row_kind varchar, row_key varchar, date_day date, "
    + ", ".join(f"{cut} varchar" for cut in CUTS)
    + f", credit varchar, value {NUMBER}"
)
COMMENTS = {
    KEPT: "One row per locked period, metric, row behind it, day and members: what the row added "
    "to the metric when the period was locked. It names the rows that move a number later; without "
    "it numbers stay locked.",
    LOCKS: "One row per locked period whose rows are kept, with its revision.",
}


@dataclass(frozen=True)
class Keyed:
    """Rows of a mart that MetricFlow can list: what one is called, and the name of its key."""

    kind: str
    key: str


@dataclass(frozen=True)
class Traced:
    """Rows behind a mart of sums: its columns, before they are added up, with row_kind, row_key."""

    sql: str


_TOUCH_CREDITS = (
    "select 'deal' as row_kind, opportunity_id as row_key, cast(date_trunc('month', case "
    "attribution_scope when 'pipeline' then created_date else closed_date end) as date) "
    "as month_start_date, attribution_scope, attribution_model, channel, "
    "concat_ws(' / ', attribution_scope, attribution_model, channel) as credit, "
    "credited_amount, credited_deal_share as credited_deal_count "
    "from attribution.touch_credits_by_model"
)
# What a row is, for each mart that has metrics.
ROWS: Mapping[str, Keyed | Traced] = {
    "opportunities": Keyed("deal", "opportunity"),
    "opportunity_origins": Keyed("deal", "opportunity"),
    "touch_credits": Keyed("deal", "opportunity"),
    "days_to_close": Keyed("deal", "closing__opportunity_id"),
    "lead_cycles": Keyed("lead cycle", "lead_cycle"),
    "touches": Keyed("touch", "touch"),
    "people": Keyed("person", "person"),
    "model_credits_by_month": Traced(_TOUCH_CREDITS),
    "influenced_opportunities": Keyed("deal", "opportunity"),
    "open_pipeline_by_month": Keyed("deal", "opportunity"),
    "results_by_month": Traced(
        "select results.*, campaign_name from intermediate.int_results_traced_to_rows as results "
        "left join core.campaigns using (campaign_id)"
    ),
}


def _shown(before: str, after: str) -> str:
    return " || ' -> ' || ".join(
        f"coalesce(regexp_replace(cast({value} as varchar), '[.]?0+$', ''), 'none')"
        for value in (before, after)
    )


# Of most rows nothing changed: only those of keys that differ are looked at number by number.
_DIFFERING_SQL = """
    create or replace temp table rows_differing as
    with sides as (
        select *, 1 as copies from rows_then
        union all
        select *, -1 as copies from rows_now
    ),

    unequal as (
        select * exclude (copies) from sides group by all having sum(copies) <> 0
    ),

    keys as (
        select distinct period, metric, row_kind, row_key from unequal
    )

    select sides.* exclude (copies), copies = 1 as is_then
    from sides
    semi join keys using (period, metric, row_kind, row_key)
"""

_BY_CELL_SQL = f"""
    create or replace temp table rows_by_cell as
    with members as (
        select
            * exclude ({", ".join(CUTS)}, credit),
            unnest(['{TOTAL}', {_DIMENSIONS}]) as dimension,
            unnest(['{TOTAL}', {_MEMBERS}]) as member
        from rows_differing
    ),

    summed as (
        select
            cell_id,
            part,
            row_kind,
            row_key,
            sum(value) filter (is_then) as before,
            sum(value) filter (not is_then) as after
        from members
        inner join lock_sides using (period, metric, dimension, member)
        where
            date_day < end_date
            -- a stock is worth what stood on its last day
            and date_day >= case when is_stock then end_date - 1 else start_date end
        group by all
    )

    select
        cell_id,
        row_kind,
        row_key,
        max(before) filter (part = 1) as before,
        max(after) filter (part = 1) as after,
        max(before) filter (part = 2) as denominator_before,
        max(after) filter (part = 2) as denominator_after
    from summed
    group by all
    having
        before is distinct from after
        or denominator_before is distinct from denominator_after
"""

_EXPLAINED_SQL = f"""
    insert into lock_explained
    with told as (
        select
            *,
            row_kind || ' ' || row_key || ': ' || concat_ws(
                ', ',
                case when before is distinct from after then {_shown("before", "after")} end,
                case
                    when denominator_before is distinct from denominator_after
                        then 'denominator ' || {_shown("denominator_before", "denominator_after")}
                end
            ) as text,
            before is null and denominator_before is null as is_added,
            after is null and denominator_after is null as is_gone,
            row_number() over (
                partition by cell_id
                order by
                    abs(coalesce(after, 0) - coalesce(before, 0)) desc,
                    abs(coalesce(denominator_after, 0) - coalesce(denominator_before, 0)) desc,
                    row_kind,
                    row_key
            ) as place
        from rows_by_cell
    )

    select
        cell_id,
        count(*) filter (not is_added and not is_gone),
        count(*) filter (is_added),
        count(*) filter (is_gone),
        string_agg(text, '; ' order by place) filter (place <= {NAMED})
        || case when count(*) > {NAMED} then '; and ' || (count(*) - {NAMED}) || ' more' else '' end
    from told
    group by cell_id
"""


def keep(
    connection: duckdb.DuckDBPyConnection, engine: Engine, known: Mapping[str, Metric], lock: Lock
) -> int:
    """Keep the rows behind all numbers of a period in the warehouse; return how many there are."""
    connection.execute(f"create schema if not exists {SCHEMA}")
    connection.execute(f"create table if not exists {KEPT} ({_COLUMNS})")
    connection.execute(
        f"create table if not exists {LOCKS} "
        "(period varchar, revision integer, numbers_digest varchar)"
    )
    for table, text in COMMENTS.items():
        connection.execute(f"comment on table {table} is '{text}'")
    for table in (KEPT, LOCKS):
        connection.execute(f"delete from {table} where period = $1", [lock.period])
    public = [metric for metric in known.values() if not metric.is_private]
    leaves = {part for metric in public for part in metric.parts} | set(CREDITS)
    _gather(connection, engine, known, leaves, [lock])
    connection.execute(f"insert into {KEPT} from rows_now order by metric, row_key, date_day")
    connection.execute(
        f"insert into {LOCKS} values ($1, $2, $3)",
        [lock.period, lock.revision, lock.numbers_digest],
    )
    [(rows,)] = connection.execute("select count(*) from rows_now").fetchall()
    return int(rows)


def explain(
    connection: duckdb.DuckDBPyConnection,
    engine: Engine,
    known: Mapping[str, Metric],
    locks: Sequence[Lock],
) -> None:
    """Name the rows behind the numbers in the temporary table lock_moved, as lock_explained.

    Of a lock whose rows are not kept in this warehouse there is nothing to name.
    """
    connection.execute(
        "create or replace temp table lock_explained (cell_id bigint, changed_row_count bigint, "
        "added_row_count bigint, gone_row_count bigint, largest_changes varchar)"
    )
    remembered = [lock for lock in locks if is_kept(connection, lock)]
    if not remembered:
        return
    sides = _sides(connection, known, remembered)
    if not sides:
        return
    _gather(connection, engine, known, sides, remembered)
    connection.execute(
        f"create or replace temp table rows_then as from {KEPT} "
        "where list_contains($1, period) and list_contains($2, metric)",
        [[lock.period for lock in remembered], sorted(sides)],
    )
    connection.execute(_DIFFERING_SQL)
    connection.execute(_BY_CELL_SQL)
    connection.execute(_EXPLAINED_SQL)


def is_kept(connection: duckdb.DuckDBPyConnection, lock: Lock) -> bool:
    """Say whether this warehouse keeps the rows behind the numbers of a lock."""
    tables = connection.execute(
        "select 1 from duckdb_tables() where schema_name = $1 and not temporary", [SCHEMA]
    ).fetchall()
    return bool(tables) and bool(
        connection.execute(
            f"select 1 from {LOCKS} where period = $1 and revision = $2 and numbers_digest = $3",
            [lock.period, lock.revision, lock.numbers_digest],
        ).fetchall()
    )


def _sides(
    connection: duckdb.DuckDBPyConnection, known: Mapping[str, Metric], locks: Sequence[Lock]
) -> set[str]:
    """Make lock_sides, the sums behind each number: of a ratio both; return their metrics."""
    parts: list[list[object]] = [
        [metric.name, name, place, metric.is_stock]
        for metric in known.values()
        for place, name in enumerate(metric.parts, start=1)
    ]
    parts += [[name, name, 1, False] for name in CREDITS]
    connection.execute(
        "create or replace temp table lock_parts "
        "(metric varchar, name varchar, part integer, is_stock boolean)"
    )
    insert(connection, "lock_parts", parts)
    connection.execute(
        "create or replace temp table lock_sides as select cell_id, period, dimension, member, "
        "period_start_date as start_date, "
        "cast(period_start_date + to_months(month_count) as date) as end_date, "
        "name as metric, part, is_stock "
        "from lock_moved inner join lock_parts using (metric) where list_contains($1, period)",
        [[lock.period for lock in locks]],
    )
    found = connection.execute("select distinct metric from lock_sides").fetchall()
    return {name for (name,) in found}


def _gather(
    connection: duckdb.DuckDBPyConnection,
    engine: Engine,
    known: Mapping[str, Metric],
    leaves: Iterable[str],
    locks: Sequence[Lock],
) -> None:
    """Make rows_now: what each row of the marts adds to these metrics in the locked periods."""
    connection.execute(f"create or replace temp table rows_now ({_COLUMNS})")
    connection.execute(
        "create or replace temp table lock_ranges (period varchar, start_date date, end_date date)"
    )
    insert(connection, "lock_ranges", [[lock.period, lock.start, lock.end] for lock in locks])
    asked = [known[name] for name in sorted(leaves) if name in known]
    for names in populations(asked, known):
        if sql := _rows_sql(engine, known, names):
            _insert(connection, sql, names, [name for name in names if _is_of_values(known[name])])
    if set(leaves) & set(CREDITS):
        sql = f"select *, month_start_date as date_day, {_no_cuts()} from ({_TOUCH_CREDITS})"
        _insert(connection, sql, sorted(CREDITS), [])


def _insert(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    names: Sequence[str],
    of_values: Sequence[str],
) -> None:
    """Add rows to rows_now. Of a sum or a count a row of 0 is none; of a median it is one.

    Args:
        connection: with the temporary tables rows_now and lock_ranges.
        sql: of the rows, a column for each metric.
        names: of the metrics.
        of_values: those that are made of the values of their rows.
    """
    columns = ", ".join(f'sum(cast("{name}" as {NUMBER})) as "{name}"' for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    cuts = ", ".join(CUTS)
    connection.execute(
        "insert into rows_now select period, metric, row_kind, row_key, date_day, "
        f"{cuts}, credit, value from (unpivot (select period, row_kind, row_key, date_day, "
        f"{cuts}, credit, {columns} from ({sql}) as found inner join lock_ranges "
        "on date_day >= start_date and date_day < end_date group by all) "
        f"on {listed} into name metric value value) "
        "where value <> 0 or list_contains(cast($1 as varchar[]), metric)",
        [list(of_values)],
    )


def _is_of_values(metric: Metric) -> bool:
    aggregated = metric.definition.get("metric_aggregation_params") or {}
    return aggregated.get("agg") in ("median", "percentile", "average", "min", "max")


def _rows_sql(engine: Engine, known: Mapping[str, Metric], names: Sequence[str]) -> str | None:
    """Return SQL with a row per row of the mart; None when nobody has said what a row of it is."""
    aggregated = known[names[0]].definition.get("metric_aggregation_params") or {}
    rows = ROWS.get(aggregated.get("semantic_model", ""))
    if rows is None:
        return None
    cuts = {cut: by for cut, by in engine.cuts(names).items() if cut in CUTS}
    if isinstance(rows, Keyed):
        sql = engine.sql(names, [DAY, *cuts.values(), rows.key])
        members = _cuts({cut: f'"{by}"' for cut, by in cuts.items()})
        return (
            f"select '{rows.kind}' as row_kind, cast(\"{rows.key}\" as varchar) as row_key, "
            f'cast("{DAY}" as date) as date_day, {members}, null as credit, '
            f"{', '.join(names)} from ({sql})"
        )
    expressions = ", ".join(
        f'{known[name].definition.get("expr") or name} as "{name}"' for name in names
    )
    members = _cuts({cut: f"cast({cut} as varchar)" for cut in cuts})
    return (
        "select row_kind, row_key, month_start_date as date_day, "
        f"{members}, null as credit, {expressions} from ({rows.sql})"
    )


def _cuts(given: Mapping[str, str]) -> str:
    return ", ".join(f"cast({given.get(cut, 'null')} as varchar) as {cut}" for cut in CUTS)


def _no_cuts() -> str:
    return ", ".join(
        f"null as {cut}" for cut in CUTS if cut not in ("attribution_model", "channel")
    )
