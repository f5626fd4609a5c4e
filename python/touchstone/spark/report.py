"""The comparison as people read it (Markdown) and as programs do (JSON)."""

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from touchstone.spark.compare import Comparison
from touchstone.spark.measure import Cost, cost_lines


@dataclass(frozen=True)
class Run:
    """What was compared, and how it was made."""

    data: str
    variables: dict[str, object]
    cluster: str
    seconds: dict[str, float]  # step -> wall-clock seconds
    events: list[str]  # what happened on the way, such as a worker killed
    versions: dict[str, str]
    costs: list[Cost] = field(default_factory=list)


def write_report(folder: Path, run: Run, marts: list[Comparison], seeds: list[Comparison]) -> Path:
    """Write comparison.md and comparison.json into a folder; return the first."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "same": all(table.is_same for table in marts + seeds),
        "run": asdict(replace(run, costs=[])),
        "marts": [_as_dictionary(table) for table in marts],
        "definitions": [_as_dictionary(table) for table in seeds],
        "costs": [
            {name: value for name, value in asdict(cost).items() if name != "stage_run_seconds"}
            | {"skew": cost.skew}
            for cost in run.costs
        ],
    }
    (folder / "comparison.json").write_text(
        json.dumps(content, indent=2, default=str) + "\n", encoding="utf-8"
    )
    page = folder / "comparison.md"
    page.write_text("\n".join(_lines(run, marts, seeds)) + "\n", encoding="utf-8")
    return page


def verdict(marts: list[Comparison], seeds: list[Comparison]) -> str:
    """Say in one line whether the engines agree."""
    rows = sum(table.row_counts[0] for table in marts)
    different = [table.table for table in marts + seeds if not table.is_same]
    if not different:
        return (
            f"{len(marts)} public marts, {rows:,} rows: Spark and DuckDB have the same rows, "
            "differences: 0"
        )
    return (
        f"{len(different)} of {len(marts) + len(seeds)} tables differ between Spark and DuckDB: "
        f"{', '.join(different)}"
    )


def failure_lines(table: Comparison) -> list[str]:
    """Say how a table differs, with the first differing rows."""
    lines = [f"{table.table}:"]
    if table.problem:
        lines.append(f"  {table.problem}")
    for side, names in zip(("DuckDB", "Spark"), table.missing_columns, strict=True):
        if names:
            lines.append(f"  columns of {side} alone: {', '.join(names)}")
    for column in table.type_changes():
        lines.append(f"  {column.name}: {column.types[0]} in DuckDB, {column.types[1]} in Spark")
    if table.only_counts != (0, 0):
        lines.append(
            f"  rows of DuckDB alone {table.only_counts[0]:,}, of Spark alone "
            f"{table.only_counts[1]:,}; columns whose values differ: "
            f"{', '.join(table.changed_columns()) or 'none by itself'}"
        )
    for side, rows in zip(("DuckDB", "Spark "), table.examples, strict=True):
        lines += [f"  {side}  {_row(row, table)}" for row in rows]
    return lines


def _lines(run: Run, marts: list[Comparison], seeds: list[Comparison]) -> list[str]:
    lines = [
        "# Spark against DuckDB",
        "",
        f"**{verdict(marts, seeds)}.**",
        "",
        "The same dbt project was built on both engines from the same raw rows; every public mart "
        "is compared row by row (`except all` both ways), all columns, whatever the order of the "
        "rows. A digest is the sum, modulo 2^64, of the lower halves of the MD5 of the rows.",
        "",
        f"- data: {run.data}",
        f"- vars: `{json.dumps(run.variables, sort_keys=True)}`",
        f"- cluster: {run.cluster}",
        f"- versions: {', '.join(f'{name} {version}' for name, version in run.versions.items())}",
        "- seconds: "
        + ", ".join(f"{step} {seconds:,.0f}" for step, seconds in run.seconds.items()),
        *[f"- {event}" for event in run.events],
        "",
        "## Public marts",
        "",
        *_table(marts),
        "",
        "## Definitions, as each engine loaded them",
        "",
        *_table(seeds),
    ]
    different = [table for table in marts + seeds if not table.is_same]
    if different:
        lines += ["", "## Differences", "", "```"]
        for table in different:
            lines += failure_lines(table)
        lines.append("```")
    if run.costs:
        lines += ["", "## What it cost on Spark", "", *cost_lines(run.costs)]
    return lines


def _table(tables: list[Comparison]) -> list[str]:
    lines = [
        "| table | rows DuckDB | rows Spark | only DuckDB | only Spark | columns "
        "| digest DuckDB | digest Spark | verdict |",
        "|---|---:|---:|---:|---:|---:|---|---|---|",
    ]
    for table in tables:
        lines.append(
            f"| {table.table} | {table.row_counts[0]:,} | {table.row_counts[1]:,} "
            f"| {table.only_counts[0]:,} | {table.only_counts[1]:,} | {len(table.columns)} "
            f"| {table.digests[0]} | {table.digests[1]} "
            f"| {'same' if table.is_same else '**different**'} |"
        )
    return lines


def _row(row: dict[str, str], table: Comparison) -> str:
    """A row by its first columns and those that differ."""
    shown = list(dict.fromkeys([*list(row)[:3], *table.changed_columns()]))
    return ", ".join(f"{name}={row[name]}" for name in shown)


def _as_dictionary(table: Comparison) -> dict[str, object]:
    return {
        "table": table.table,
        "same": table.is_same,
        "rows": {"duckdb": table.row_counts[0], "spark": table.row_counts[1]},
        "only": {"duckdb": table.only_counts[0], "spark": table.only_counts[1]},
        "digest": {"duckdb": table.digests[0], "spark": table.digests[1]},
        "columns": [asdict(column) for column in table.columns],
        "missing_columns": table.missing_columns,
        "first_different_rows": table.examples,
        "problem": table.problem,
    }
