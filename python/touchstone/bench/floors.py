"""The least that the same data cost: `python -m touchstone.bench.floors ORDER.json`.

Two floors, measured on the warehouse that was just built, by the same DuckDB with the same cores:

- of each model: read the columns it reads, write the table it writes. No join, no window, no sum.
- of attribution: touches joined to deals in both scopes, with the columns of the credit table
  filled by an addition, written. What any attribution in SQL must at least do.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from touchstone.bench.measure import Cost, Stopwatch
from touchstone.project import STORAGE_VERSION

CREDITS = "int_touches_weighed_by_model"
# In dbt's words: the credit table and what of its folder it is made of.
ATTRIBUTION = f"+{CREDITS},path:models/intermediate/attribution"
# Touches and deals as placing sees them; attributed rows are those of the credit table.
TOUCHES_SQL = """
    select touch_id, account_id, touch_at, touch_date, touch_precision, touch_kind_rank,
        source_rank, is_direct, is_known
    from warehouse.intermediate.int_touches_unioned
    where account_id is not null and (touch_kind <> 'activity' or is_human_activity)
"""
DEALS_SQL = """
    select opportunity_id, account_id, created_at, created_date, won_date, journey_starts_date,
        lead_until_at, amount_minor
    from warehouse.intermediate.int_opportunities_bounded
"""
IN_SCOPE = """
    touches inner join (
        select *, 'pipeline' as attribution_scope, created_date as until_date from deals
        union all
        select *, 'revenue', won_date from deals where won_date is not null
    ) as scoped on touches.account_id = scoped.account_id
    where touches.touch_date >= scoped.journey_starts_date
        and touches.touch_date <= scoped.until_date
"""


def measure(order: dict[str, Any]) -> dict[str, Any]:
    """Return the floors that the order asks for."""
    watch = Stopwatch(Path(order["spill"]))
    result: dict[str, Any] = {}
    with scratch(order) as connection:
        result["attribution"] = attribution(connection, watch, order["repeats"])
        if order["manifest"]:
            result["models"] = models(connection, watch, Path(order["manifest"]))
    watch.close()
    return result


def scratch(order: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """Return a connection to an empty file, with the warehouse beside it, read-only."""
    path = Path(order["scratch"])
    path.unlink(missing_ok=True)
    connection = duckdb.connect(
        str(path),
        config={
            "storage_compatibility_version": STORAGE_VERSION,
            "temp_directory": order["spill"],
            "preserve_insertion_order": False,
        },
    )
    connection.execute(f"attach '{order['warehouse']}' as warehouse (read_only)")
    # else the largest value of a column is read from statistics, not from the column
    connection.execute("set disabled_optimizers = 'statistics_propagation'")
    return connection


def timed(
    connection: duckdb.DuckDBPyConnection, watch: Stopwatch, sql: str, repeats: int = 1
) -> Cost:
    """Run a statement and return its cost: of several runs, of the one with the middle time."""
    costs = []
    for _ in range(repeats):
        watch.start()
        connection.execute(sql).fetchall()
        costs.append(watch.stop())
    return sorted(costs, key=lambda cost: cost.wall_s)[len(costs) // 2]


def attribution(
    connection: duckdb.DuckDBPyConnection, watch: Stopwatch, repeats: int
) -> dict[str, Any]:
    """Return scan, join and floor of attribution, and how many rows there are."""
    connection.execute(f"create or replace temp view touches as {TOUCHES_SQL}")
    connection.execute(f"create or replace temp view deals as {DEALS_SQL}")
    columns = ", ".join(credit_columns(connection))
    floor = f"create or replace table floor_of_credits as select {columns} from {IN_SCOPE}"
    scan = "select max(touch_at), max(touch_date), max(account_id), max(touch_id) from touches"
    join = f"select count(*), max(touch_at), max(amount_minor) from {IN_SCOPE}"
    found = {
        "scan": timed(connection, watch, scan, repeats).as_dict(),
        "join": timed(connection, watch, join, repeats).as_dict(),
        "floor": timed(connection, watch, floor, repeats).as_dict(),
    }
    rows = connection.execute(
        "select (select count(*) from floor_of_credits), "
        f"(select count(*) from warehouse.intermediate.{CREDITS}), "
        "(select count(*) from touches), (select count(*) from deals)"
    ).fetchone()
    assert rows is not None
    connection.execute("drop table floor_of_credits")
    names = ("rows", "credit_rows", "touches", "deals")
    return {**found, **dict(zip(names, rows, strict=True))}


def credit_columns(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Yield an expression for each column of the credit table: of its type, and each another."""
    described = connection.execute(f"describe warehouse.intermediate.{CREDITS}").fetchall()
    for number, (name, kind, *_) in enumerate(described):
        if kind == "VARCHAR":
            yield name
        else:
            limit = 1_000_003 + number
            value = f"(amount_minor * {number + 3} + epoch_ms(touch_at)) % {limit}"
            yield f"cast({value} as {kind}) as {name}"


def models(
    connection: duckdb.DuckDBPyConnection, watch: Stopwatch, manifest_path: Path
) -> dict[str, dict[str, float]]:
    """Return the floor, the rows and the bytes of each table that dbt built."""
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    sizes = dict(
        connection.execute(
            "select schema_name || '.' || table_name, estimated_size from duckdb_tables() "
            "where database_name = 'warehouse'"
        ).fetchall()
    )
    found = {}
    for node in manifest["nodes"].values():
        table = f"{node['schema']}.{node['name']}"
        if node["resource_type"] != "model" or table not in sizes:
            continue
        files = raw_tables(connection, manifest, node)
        costs = [
            timed(connection, watch, f"select {maxima} from {source}")
            for source, maxima in reads(connection, compiled(node, manifest_path), files)
        ]
        costs.append(
            timed(
                connection,
                watch,
                f"create or replace table floor_of_model as select * from warehouse.{table}",
            )
        )
        stored = connection.execute(
            "select count(distinct block_id) * 262144 / 1e6 "
            f"from pragma_storage_info('warehouse.{table}') where persistent"
        ).fetchone()
        found[node["name"]] = {
            "floor_wall_s": round(sum(cost.wall_s for cost in costs), 4),
            "floor_cpu_s": round(sum(cost.cpu_s for cost in costs), 4),
            "rows": sizes[table],
            "megabytes": round(stored[0], 2) if stored else 0.0,
        }
    connection.execute("drop table if exists floor_of_model")
    return found


def compiled(node: dict[str, Any], manifest_path: Path) -> str:
    """Return the SQL of a model as dbt ran it."""
    path = manifest_path.parent / "compiled" / node["package_name"] / node["original_file_path"]
    return path.read_text(encoding="utf-8") if path.exists() else ""


def raw_tables(
    connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any], node: dict[str, Any]
) -> dict[str, set[str]]:
    """Return the raw tables a model names, with their columns: a plan does not name files."""
    found = {}
    for parent in node["depends_on"]["nodes"]:
        source = manifest["sources"].get(parent)
        if source is not None:
            table = f'warehouse."{source["schema"]}"."{source["identifier"]}"'
            try:
                described = connection.execute(f"describe {table}").fetchall()
            except duckdb.CatalogException:  # a table that the company does not have
                continue
            found[table] = {row[0] for row in described}
    return found


def reads(
    connection: duckdb.DuckDBPyConnection, sql: str, files: dict[str, set[str]]
) -> Iterator[tuple[str, str]]:
    """Yield the tables that a query reads, and a list of the maxima of the columns it reads."""
    if not sql:
        return
    [(here,)] = connection.execute("select current_database()").fetchall()
    connection.execute("use warehouse")
    try:
        [(_, plan)] = connection.execute(f"explain (format json) {sql}").fetchall()
    except duckdb.Error:  # what reads its own table cannot be explained from here
        return
    finally:
        connection.execute(f'use "{here}"')
    scanned: dict[str, set[str]] = {}
    for table, columns in scans(json.loads(plan)):
        if table is not None:
            scanned.setdefault(table, set()).update(columns)
        else:
            for file, names in files.items():
                if columns and set(columns) <= names:
                    scanned.setdefault(file, set()).update(columns)
                    break
    for table, wanted in sorted(scanned.items()):
        if wanted:
            yield table, ", ".join(f'max("{column}")' for column in sorted(wanted))


def scans(plan: Any) -> Iterator[tuple[str | None, list[str]]]:
    """Yield table and columns of every scan of a physical plan; of a file the table is None."""
    for step in plan if isinstance(plan, list) else [plan]:
        extra = step.get("extra_info", {})
        columns = extra.get("Projections", [])
        columns = [columns] if isinstance(columns, str) else columns
        columns = [column.strip('"') for column in columns if column]
        if "Table" in extra:
            schema, table = str(extra["Table"]).replace('"', "").split(".")[-2:]
            yield f'warehouse."{schema}"."{table}"', columns
        elif extra.get("Function") == "READ_PARQUET":
            yield None, columns
        yield from scans(step.get("children", []))


if __name__ == "__main__":
    order_file = Path(sys.argv[1])
    asked = json.loads(order_file.read_text(encoding="utf-8"))
    Path(asked["result"]).write_text(json.dumps(measure(asked), indent=1), encoding="utf-8")
