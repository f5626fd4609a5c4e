"""One side of a comparison, built in a process of its own: `python -m touchstone.diff.side ORDER`.

dbt keeps state in its process, so two projects cannot be built in one. A side that grows from
another build is told by which models and seeds it differs. Progress goes to stdout, a line each:
`done total`, then `metrics`.
"""

import json
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from touchstone.build import dbt
from touchstone.diff.sides import ANSWERS, MANIFEST, ORIGIN
from touchstone.errors import UserError
from touchstone.load.files import quoted
from touchstone.metrics import write_values
from touchstone.project import connect

NO_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
BUILT = ("model", "seed")
# They read dbt's graph, what other models read among it, so any edit may reach them.
LISTS_OF_DEFINITIONS = "config.meta.lists_definitions:true+"
COMPILED = ("compiled", "compiled_code", "compiled_path", "extra_ctes", "extra_ctes_injected")


class _Reporter:
    """Tells how many nodes are done."""

    def __init__(self) -> None:
        self._done = self._total = 0
        self._lock = threading.Lock()

    def on_event(self, event: Any) -> None:
        """Take one of dbt's events."""
        if event.info.name == "LogStartLine":
            self._total = event.data.total
        elif event.info.name == "NodeFinished":
            with self._lock:  # nodes end in several threads
                self._done += 1
                print(self._done, self._total, flush=True)


def main(order: Path) -> int:
    """Build as the order says; 0 when everything was built."""
    values = json.loads(order.read_text(encoding="utf-8"))
    project, folder = Path(values["project"]), order.parent
    warehouse = Path(values["warehouse"])
    words = ["build", *NO_TESTS, "--vars", values["vars"]]
    words += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    words += ["--log-level-file", "info"]  # what dbt does in detail is 5 % of the time
    if changed := values["changed"]:
        words += ["--select", *(f"{name}+" for name in changed), LISTS_OF_DEFINITIONS]
    try:
        if changed:
            _drop_readers(warehouse, folder / ORIGIN, changed)
        if not dbt(project, warehouse, words, _Reporter().on_event, profiles=folder):
            return 1
        if changed:
            _take_over(folder / "target" / MANIFEST, folder / ORIGIN)
        print("metrics", flush=True)
        write_values(
            project, warehouse, target=folder / "target", answers=folder.parents[1] / ANSWERS
        )
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _drop_readers(warehouse: Path, origin: Path, changed: Sequence[str]) -> None:
    """Drop the tables of the changed models and seeds, and of all that read them."""
    manifest = _read(origin)
    waiting = [
        key
        for key, node in manifest["nodes"].items()
        if node["name"] in changed or node["config"].get("meta", {}).get("lists_definitions")
    ]
    dropped: set[str] = set()
    with connect(warehouse) as connection:
        while waiting:
            key = waiting.pop()
            node = manifest["nodes"].get(key)
            if node and node["resource_type"] in BUILT and key not in dropped:
                dropped.add(key)
                kind = "view" if node["config"]["materialized"] == "view" else "table"
                place = f"{quoted(node['schema'])}.{quoted(node['alias'])}"
                connection.execute(f"drop {kind} if exists {place}")
                waiting += manifest["child_map"].get(key, [])


def _take_over(path: Path, origin: Path) -> None:
    """Take over the compiled SQL of what was not built again."""
    manifest, before = _read(path), _read(origin)["nodes"]
    for key, node in manifest["nodes"].items():
        if not node.get("compiled") and before.get(key, {}).get("compiled"):
            node.update({part: before[key][part] for part in COMPILED})
    path.write_text(json.dumps(manifest), encoding="utf-8")


def _read(manifest: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
