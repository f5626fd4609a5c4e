"""One side of a comparison, built in a process of its own: `python -m touchstone.diff.side ORDER`.

dbt keeps state in its process, so two projects cannot be built in one. Progress goes to stdout, a
line each: `done total`, then `metrics`.
"""

import json
import sys
import threading
from pathlib import Path
from typing import Any

from touchstone.build import dbt
from touchstone.diff.sides import ANSWERS
from touchstone.errors import UserError
from touchstone.metrics import write_values

NO_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")


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
    try:
        if not dbt(project, warehouse, words, _Reporter().on_event, profiles=folder):
            return 1
        print("metrics", flush=True)
        write_values(
            project, warehouse, target=folder / "target", answers=folder.parents[1] / ANSWERS
        )
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
