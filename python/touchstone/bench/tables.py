"""Figures to rows: by layer, by model, attribution against its floor. Pure functions."""

from collections.abc import Iterable
from typing import Any

LAYERS = ("seeds", "staging", "intermediate", "marts", "unit tests", "tests")
SAMPLE_OF = 50  # one deal in so many is compared with the peers, credit by credit
Row = dict[str, Any]


def model_rows(size: Row) -> list[Row]:
    """Return a row for each model, slowest first, with its floor and the ratio to it."""
    floors = size["floors"].get("models", {})
    rows = []
    for node in size["build"]["nodes"]:
        if node["kind"] == "model":
            floor = floors.get(node["name"], {})
            rows.append({**node, **floor, "ratio": ratio(node, floor)})
    return sorted(rows, key=lambda row: -row["wall_s"])


def layer_rows(size: Row) -> list[Row]:
    """Return a row for each layer, then dbt's own start-up, then the whole."""
    nodes, floors = size["build"]["nodes"], size["floors"].get("models", {})
    rows = []
    for layer in LAYERS:
        of_layer = [node for node in nodes if node["layer"] == layer]
        if of_layer:
            rows.append(total(layer, of_layer, floors))
    build = size["build"]
    if "cpu_s" in (nodes[0] if nodes else {}):
        rest = {name: build[name] - sum(row[name] for row in rows) for name in ("wall_s", "cpu_s")}
        rows.append({"layer": "dbt itself", "nodes": 0, **rest})
    whole = total("all", nodes, floors)
    whole.update({name: build[name] for name in ("wall_s", "cpu_s", "peak_mb", "spill_mb")})
    whole["ratio"] = ratio(whole, whole)
    return [*rows, whole]


def models_total(size: Row) -> Row:
    """Return what the models cost together."""
    models = [node for node in size["build"]["nodes"] if node["kind"] == "model"]
    return total("models", models, size["floors"].get("models", {}))


def total(layer: str, nodes: list[Row], floors: dict[str, Row]) -> Row:
    """Return the sum of some nodes; peaks are the largest."""
    of_floors = [floors[node["name"]] for node in nodes if node["name"] in floors]
    row: Row = {"layer": layer, "nodes": len(nodes), "wall_s": added(nodes, "wall_s")}
    if nodes and "cpu_s" in nodes[0]:
        row["cpu_s"] = added(nodes, "cpu_s")
        row["peak_mb"] = max(node["peak_mb"] for node in nodes)
        row["spill_mb"] = max(node["spill_mb"] for node in nodes)
    if of_floors:
        for name in ("floor_wall_s", "floor_cpu_s", "megabytes"):
            row[name] = added(of_floors, name)
        row["ratio"] = ratio(row, row)
    return row


def added(rows: Iterable[Row], name: str) -> float:
    """Return the sum of a column."""
    return float(sum(row[name] for row in rows))


def ratio(cost: Row, floor: Row) -> float | None:
    """Return how many times its floor some work costs: in CPU where it is known, else in time."""
    if floor.get("floor_cpu_s") and cost.get("cpu_s"):
        return float(cost["cpu_s"] / floor["floor_cpu_s"])
    if floor.get("floor_wall_s"):
        return float(cost["wall_s"] / floor["floor_wall_s"])
    return None


def attribution_cost(size: Row) -> Row:
    """Return what placing, weighing and settling cost together, and against their floor."""
    nodes = [node for node in size["attribution"]["nodes"] if node["kind"] == "model"]
    floor = size["floors"]["attribution"]
    found = total("attribution", nodes, {})
    scaled = {"floor_wall_s": floor["floor"]["wall_s"], "floor_cpu_s": floor["floor"]["cpu_s"]}
    found.update(scaled)
    found["ratio"] = ratio(found, scaled)
    found["wall_ratio"] = found["wall_s"] / scaled["floor_wall_s"]
    found["credit_rows"] = floor["credit_rows"]
    return found


def growth(sizes: dict[str, Row]) -> list[Row]:
    """Return per model what ten times the touches cost, from the second largest size to the last.

    1 is linear; models below a twentieth of a second at the larger size say nothing.
    """
    ordered = sorted(sizes.values(), key=lambda size: size["touchpoints"])
    if len(ordered) < 2:
        return []
    small, large = ordered[-2], ordered[-1]
    factor = large["touchpoints"] / small["touchpoints"]
    before = {row["name"]: row for row in model_rows(small)}
    rows = []
    for row in model_rows(large):
        earlier = before.get(row["name"])
        if earlier and row["wall_s"] >= 0.05 and earlier["wall_s"] > 0:
            times = row["wall_s"] / earlier["wall_s"]
            rows.append({"name": row["name"], "times": times, "against_linear": times / factor})
    return rows
