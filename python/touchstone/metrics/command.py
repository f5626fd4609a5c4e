"""`touchstone metrics`: what metrics there are, and their values as rows."""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from touchstone.locks import write_published_values
from touchstone.locks.report import after_build
from touchstone.metrics.catalogue import Metric, catalogue
from touchstone.metrics.engine import Engine
from touchstone.metrics.values import CUTS, GRAINS, TABLE, TOTAL, ways_to_cut
from touchstone.project import project_directory, warehouse_path


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `metrics`."""
    parser = subparsers.add_parser(
        "metrics",
        help="compute the metrics as rows for BI tools, or list them",
        description=(
            f"Asks MetricFlow for the values of the metrics and writes them into {TABLE}: one row "
            "per metric, period, dimension and member. `touchstone build` ends with it. The "
            "metrics are defined beside their marts, in models/marts/*/*.yml."
        ),
        epilog=(
            "examples:\n"
            "  touchstone metrics                          all metrics, all periods, all cuts\n"
            "  touchstone metrics --list                   what there is\n"
            "  touchstone metrics --list --format markdown > docs/metrics_catalogue.md\n"
            f"  touchstone query \"select * from {TABLE} where metric = 'win_rate'\"\n"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("metric", nargs="*", help="only these (all of them when none is named)")
    parser.add_argument(
        "--grain", nargs="+", choices=GRAINS, default=GRAINS, help="only these periods"
    )
    parser.add_argument("--by", nargs="*", choices=CUTS, default=CUTS, help="only these cuts")
    parser.add_argument("--list", action="store_true", help="list the metrics, compute nothing")
    parser.add_argument(
        "--format", choices=("text", "markdown", "json"), default="text", help="of --list"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """List or compute; 0 when done."""
    project = project_directory()
    if options.list:
        print(listed(project / "target", options.format), end="")
        return 0
    rows, held = write_published_values(
        project,
        warehouse_path(project),
        metrics=options.metric,
        grains=options.grain,
        cuts=options.by,
    )
    print(f"{rows:,} rows in {TABLE}", file=sys.stderr)
    for line in after_build(held):
        print(line)
    return 0


def listed(target: Path, layout: str) -> str:
    """Return the public metrics as text, markdown or json, the last two with their dimensions.

    Args:
        target: dbt's target folder.
        layout: text, markdown or json.
    """
    public = [metric for metric in catalogue(target).values() if not metric.is_private]
    if layout == "text":
        return _as_text(public)
    engine = Engine(target)
    ways = {
        metric.name: [way for way in ways_to_cut(metric, engine) if way != TOTAL]
        for metric in public
    }
    engine.keep()
    return (_as_markdown if layout == "markdown" else _as_json)(public, ways)


def _as_text(metrics: Iterable[Metric]) -> str:
    rows = [(one.name, one.unit, f"v{one.version}", one.label) for one in metrics]
    widths = [max(len(row[place]) for row in rows) for place in range(3)]
    return "".join(
        f"{name:<{widths[0]}}  {unit:<{widths[1]}}  {version:<{widths[2]}}  {label}\n"
        for name, unit, version, label in rows
    )


def _as_markdown(metrics: Iterable[Metric], ways: Mapping[str, list[str]]) -> str:
    lines = [
        "| metric | what it means | unit | adds up over | cut by | day | owner | version |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in metrics:
        meta = one.meta
        lines.append(
            f"| **{one.label}**<br>`{one.name}` | {one.description} | {one.unit} | "
            f"{meta.get('additive', '')} | {', '.join(ways[one.name])} | "
            f"{meta.get('date_role', '')} | {meta.get('owner', '')} | "
            f"{one.version}, {meta.get('agreed_by', '')}, {meta.get('agreed_on', '')} |"
        )
    return "\n".join(lines) + "\n"


def _as_json(metrics: Iterable[Metric], ways: Mapping[str, list[str]]) -> str:
    stated = [
        {
            "name": one.name,
            "label": one.label,
            "description": one.description,
            "type": one.type,
            **one.meta,
            "cut_by": ways[one.name],
            "tables": one.tables,
            "definition": one.definition,
        }
        for one in metrics
    ]
    return json.dumps(stated, indent=1, default=str) + "\n"
