"""One `dbt build`, measured node by node: `python -m touchstone.bench.dbt_run ORDER.json`.

A process of its own, so that its peak memory is that of the build. With one dbt thread nodes run
one after the other, each on all cores, and a node's CPU and memory are what the process used
meanwhile; with more threads only its wall time can be told.
"""

import json
import sys
from pathlib import Path
from typing import Any

from touchstone.bench.measure import Cost, Stopwatch
from touchstone.build import parse_options

PROFILE_FILE = "profiles.yml"


def order(
    *,
    project: Path,
    work: Path,
    warehouse: Path,
    threads: int,
    memory_limit: str | None,
    arguments: list[str],
) -> Path:
    """Write what is to be built into the work folder, profile included; return the order's file."""
    import yaml

    profile = yaml.safe_load((project / PROFILE_FILE).read_text(encoding="utf-8"))
    target = profile["touchstone"]["outputs"]["dev"]
    target.update({"path": str(warehouse), "threads": threads})
    # options of the connection: a setting is repeated for each cursor, and once it has spilled
    # DuckDB refuses to be told the folder again
    options = target.setdefault("config_options", {})
    options["temp_directory"] = str(work / "spill")
    if memory_limit:
        options["memory_limit"] = memory_limit
    profile["touchstone"] = {"target": "dev", "outputs": {"dev": target}}
    (work / "spill").mkdir(parents=True, exist_ok=True)
    (work / PROFILE_FILE).write_text(yaml.safe_dump(profile), encoding="utf-8")
    folders = [
        "--project-dir", str(project), "--profiles-dir", str(work),
        "--target-path", str(work / "target"), "--log-path", str(work / "logs"),
    ]  # fmt: skip
    path = work / "order.json"
    values = {
        "arguments": ["--quiet", *parse_options(project, work / "target"), *arguments, *folders],
        "is_exact": threads == 1,
        "spill": str(work / "spill"),
        "result": str(work / "nodes.json"),
    }
    path.write_text(json.dumps(values, indent=1), encoding="utf-8")
    return path


class Recorder:
    """Takes dbt's events and keeps what each node cost."""

    def __init__(self, watch: Stopwatch, *, is_exact: bool) -> None:
        """Record; `is_exact` when nodes do not overlap."""
        self.nodes: list[dict[str, Any]] = []
        self.total = 0
        self._watch, self._is_exact = watch, is_exact
        self._tenth = 0

    def on_event(self, event: Any) -> None:
        """Take one event."""
        name = event.info.name
        if name == "LogStartLine":
            self.total = event.data.total
        elif name == "NodeStart":
            self._watch.start()
        elif name == "NodeFinished":
            self._finish(event.data)

    def _finish(self, data: Any) -> None:
        info, cost = data.node_info, self._watch.stop()
        result = getattr(data, "run_result", None)
        wall = float(getattr(result, "execution_time", 0.0)) or cost.wall_s
        row: dict[str, Any] = {
            "name": info.node_name,
            "unique_id": info.unique_id,
            "kind": info.resource_type,
            "materialized": info.materialized,
            "layer": layer_of(info.resource_type, info.node_path),
            "status": info.node_status,
            "wall_s": round(wall, 3),
        }
        if self._is_exact:
            row.update(Cost(wall, cost.cpu_s, cost.peak_mb, cost.spill_mb).as_dict())
        self.nodes.append(row)
        if self.total and 10 * len(self.nodes) // self.total > self._tenth:
            self._tenth = 10 * len(self.nodes) // self.total
            print(f"{len(self.nodes)} of {self.total} steps", flush=True)


def layer_of(kind: str, path: str) -> str:
    """Return the layer of a node: staging, intermediate, marts, seeds, tests or unit tests."""
    if kind == "model":
        return path.split("/")[0]
    return {"seed": "seeds", "test": "tests", "unit_test": "unit tests"}.get(kind, kind)


def main(path: Path) -> int:
    """Run the order; 0 when everything succeeded."""
    from dbt.cli.main import dbtRunner

    values = json.loads(path.read_text(encoding="utf-8"))
    watch = Stopwatch(Path(values["spill"]))
    recorder = Recorder(watch, is_exact=values["is_exact"])
    outcome = dbtRunner(callbacks=[recorder.on_event]).invoke(values["arguments"])
    watch.close()
    Path(values["result"]).write_text(json.dumps(recorder.nodes, indent=1), encoding="utf-8")
    if outcome.exception is not None:
        print(outcome.exception)
    failed = [node for node in recorder.nodes if node["status"] in ("error", "fail")]
    for node in failed[:10]:
        print(f"{node['status']}: {node['kind']} {node['name']}")
    return 0 if outcome.success else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
