"""What each model cost on Spark, read from the cluster's event log."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

SETTINGS = {
    "spark.eventLog.enabled": "true",
    "spark.eventLog.compress": "false",
    "spark.eventLog.rolling.enabled": "false",
}
# dbt begins each statement with a comment that names the node it is of
_NODE = re.compile(r'"node_id": "(?:model|seed|test)\.touchstone\.([^"]+)"')


@dataclass
class Cost:
    """What the tasks of one node have used, over all of its statements."""

    node: str
    cpu_seconds: float = 0.0
    run_seconds: float = 0.0
    read_rows: int = 0
    written_rows: int = 0
    written_bytes: int = 0
    shuffled_bytes: int = 0
    spilled_bytes: int = 0
    peak_task_bytes: int = 0
    failed_tasks: int = 0
    stage_run_seconds: dict[int, list[float]] = field(default_factory=dict)

    @property
    def skew(self) -> float:
        """How many times the median task the longest one took, in the stage where it took most."""
        ratios = [
            (max(seconds), max(seconds) / max(median(seconds), 0.001))
            for seconds in self.stage_run_seconds.values()
            if len(seconds) > 1
        ]
        return max(ratios)[1] if ratios else 1.0


def costs_of(event_log: Iterable[str]) -> list[Cost]:
    """Return the cost of every dbt node in an event log, the dearest first."""
    node_of_stage: dict[int, str] = {}
    costs: dict[str, Cost] = {}
    for line in event_log:
        event = json.loads(line)
        if event["Event"] == "SparkListenerJobStart":
            described = (event.get("Properties") or {}).get("spark.job.description", "")
            if found := _NODE.search(described):
                for stage in event["Stage IDs"]:
                    node_of_stage.setdefault(stage, found[1])
        elif event["Event"] == "SparkListenerTaskEnd" and event["Stage ID"] in node_of_stage:
            node = node_of_stage[event["Stage ID"]]
            _add(costs.setdefault(node, Cost(node)), event)
    return sorted(costs.values(), key=lambda cost: -cost.cpu_seconds)


def read_event_log(folder: Path) -> list[Cost]:
    """Return the costs in the one event log of a folder; none when there is none."""
    logs = sorted(path for path in folder.glob("*") if path.is_file())
    if not logs:
        return []
    with logs[-1].open(encoding="utf-8") as lines:
        return costs_of(line for line in lines if line.endswith("\n"))


def cost_lines(costs: list[Cost], most: int = 25) -> list[str]:
    """Return the costs as a table in Markdown."""
    total = sum(cost.cpu_seconds for cost in costs)
    lines = [
        f"All {len(costs)} nodes: {total:,.0f} s of CPU in tasks, "
        f"{sum(cost.shuffled_bytes for cost in costs) / 1e6:,.0f} MB shuffled, "
        f"{sum(cost.spilled_bytes for cost in costs) / 1e6:,.0f} MB spilled, "
        f"{sum(cost.failed_tasks for cost in costs):,} failed tasks.",
        "",
        "| node | CPU s | share | rows read | rows written | MB shuffled | MB spilled "
        "| MB peak of a task | longest task / median |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for cost in costs[:most]:
        lines.append(
            f"| {cost.node} | {cost.cpu_seconds:,.2f} | {cost.cpu_seconds / max(total, 1e-9):.1%} "
            f"| {cost.read_rows:,} | {cost.written_rows:,} | {cost.shuffled_bytes / 1e6:,.2f} "
            f"| {cost.spilled_bytes / 1e6:,.1f} | {cost.peak_task_bytes / 1e6:,.1f} "
            f"| {cost.skew:,.1f} |"
        )
    return lines


def _add(cost: Cost, event: dict[str, Any]) -> None:
    metrics = event.get("Task Metrics")
    if event["Task Info"].get("Failed"):
        cost.failed_tasks += 1
    if not metrics:
        return
    seconds = metrics["Executor Run Time"] / 1e3
    cost.cpu_seconds += metrics["Executor CPU Time"] / 1e9
    cost.run_seconds += seconds
    cost.stage_run_seconds.setdefault(event["Stage ID"], []).append(seconds)
    cost.read_rows += metrics.get("Input Metrics", {}).get("Records Read", 0)
    cost.written_rows += metrics.get("Output Metrics", {}).get("Records Written", 0)
    cost.written_bytes += metrics.get("Output Metrics", {}).get("Bytes Written", 0)
    cost.shuffled_bytes += metrics.get("Shuffle Write Metrics", {}).get("Shuffle Bytes Written", 0)
    cost.spilled_bytes += metrics.get("Disk Bytes Spilled", 0)
    cost.peak_task_bytes = max(cost.peak_task_bytes, metrics.get("Peak Execution Memory", 0))
