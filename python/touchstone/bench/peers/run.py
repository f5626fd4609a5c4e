"""One peer in a process of its own: `python -m touchstone.bench.peers.run ORDER.json`.

Its time begins with reading its input files, after Python and the libraries are up, and ends when
its result is written; its peak memory is that of the process.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from touchstone.bench.measure import Stopwatch
from touchstone.bench.peers import frames, libraries, sql
from touchstone.bench.peers.models import Model, read_models


@dataclass(frozen=True)
class Peer:
    """A way of attribution."""

    title: str
    run: Callable[[Path, list[Model]], dict[str, Any]]
    module: str | None = None  # what must be installed besides the project itself
    package: str | None = None


PEERS = {
    "naive_sql": Peer("naive SQL: one windowed query per model, floats, union", sql.naive),
    "path_strings": Peer("path strings, split and unnested, closed forms", sql.path_strings),
    "pandas": Peer("pandas, vectorised", frames.pandas, "pandas", "pandas"),
    "polars": Peer("polars, in memory", frames.polars, "polars", "polars"),
    "channel_attribution": Peer(
        "ChannelAttribution: heuristics on ready-made paths",
        libraries.channel_attribution_rules, "ChannelAttribution", "ChannelAttribution",
    ),
    "channel_attribution_markov": Peer(
        "ChannelAttribution: Markov by simulation on ready-made paths",
        libraries.channel_attribution_markov, "ChannelAttribution", "ChannelAttribution",
    ),
    "mam": Peer(
        "marketing-attribution-models: rules on ready-made journeys",
        libraries.marketing_attribution_models, "mam", "marketing-attribution-models",
    ),
}  # fmt: skip


def is_installed(peer: Peer) -> bool:
    """Return whether what the peer needs is there."""
    return peer.module is None or find_spec(peer.module) is not None


def main(order: dict[str, Any]) -> dict[str, Any]:
    """Run the peer and return what it cost and found."""
    peer, folder = PEERS[order["peer"]], Path(order["folder"])
    if peer.module is not None:
        import_module(peer.module)
    models = read_models(Path(order["project"]))
    watch = Stopwatch(folder / "spill")
    found = peer.run(folder, models)
    cost = watch.stop()
    watch.close()
    return {**found, **cost.as_dict()}


if __name__ == "__main__":
    asked = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Path(asked["result"]).write_text(json.dumps(main(asked), indent=1), encoding="utf-8")
