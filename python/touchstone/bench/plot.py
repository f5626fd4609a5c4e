"""The plot of growth: time and CPU by size, for each layer and for the slowest models."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from touchstone.bench import tables
from touchstone.bench.tables import Row

LINES = 8


def series(sizes: dict[str, Row], name: str) -> dict[str, dict[str, list[tuple[float, float]]]]:
    """Return for layers and for the slowest models their points: touchpoints and seconds."""
    ordered = sorted(sizes.values(), key=lambda size: float(size["touchpoints"]))
    layers: dict[str, list[tuple[float, float]]] = {}
    models: dict[str, list[tuple[float, float]]] = {}
    slowest = {row["name"] for row in tables.model_rows(ordered[-1])[:LINES]} if ordered else set()
    for size in ordered:
        for row in tables.layer_rows(size):
            if row.get(name):
                layers.setdefault(row["layer"], []).append((size["touchpoints"], row[name]))
        for row in tables.model_rows(size):
            if row["name"] in slowest and row.get(name):
                models.setdefault(row["name"], []).append((size["touchpoints"], row[name]))
    return {"layers": layers, "slowest models": models}


def write(sizes: dict[str, Row], path: Path) -> str | None:
    """Write the plot; return why there is none."""
    if len(sizes) < 2:
        return "a plot of growth needs two sizes: --touches 1e5,1e6"
    if find_spec("matplotlib") is None:
        return "no plot: matplotlib is not installed (make bench has it)"
    import matplotlib as mpl

    mpl.use("svg")
    # the same figures give the same bytes
    mpl.rcParams.update({"svg.hashsalt": "touchstone", "font.size": 8, "svg.fonttype": "none"})
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(2, 2, figsize=(11, 8), layout="constrained")
    for line, (name, unit) in enumerate((("wall_s", "seconds"), ("cpu_s", "CPU seconds"))):
        for place, (title, of_title) in enumerate(series(sizes, name).items()):
            _draw(axes[line][place], title, unit, of_title)
    figure.suptitle("What a build costs by touches; the dotted line is linear growth")
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
    return None


def _draw(axes: Any, title: str, unit: str, lines: dict[str, list[tuple[float, float]]]) -> None:
    for label, points in lines.items():
        axes.plot(*zip(*points, strict=True), marker="o", markersize=3, linewidth=1, label=label)
    points = max(lines.values(), key=lambda points: points[-1][1], default=[])
    if points:
        (first, cost), (last, _) = points[0], points[-1]
        linear = ((first, last), (cost, cost * last / first))
        axes.plot(*linear, color="grey", linestyle=":", linewidth=1)
    axes.set(xscale="log", yscale="log", title=title, xlabel="touchpoints", ylabel=unit)
    axes.legend(fontsize=6)
