"""The report: one Markdown page and the same as JSON."""

from collections.abc import Sequence
from typing import Any

from touchstone.bench import tables
from touchstone.bench.tables import Row

SLOWEST = 15


def markdown(found: Row) -> str:
    """Return the whole report."""
    lines = ["# Bench", "", *_machine(found), ""]
    if found.get("targets"):
        lines += _targets(found["targets"])
    for name, size in found["sizes"].items():
        lines += _size(name, size)
    if found.get("growth"):
        lines += _growth(found["growth"])
    if found.get("day"):
        lines += _day(found["day"])
    if found.get("reading"):
        lines += _reading(found["reading"])
    return "\n".join(lines) + "\n"


def _machine(found: Row) -> list[str]:
    machine = found["machine"]
    return [
        f"{machine['cores']} cores, {machine['memory_gib']} GiB of memory, "
        f"DuckDB {machine['duckdb']}, Python {machine['python']}. Quote ratios: seconds are of "
        "this machine on this day.",
        "",
        "Wall and CPU in seconds, peak of resident memory in MB. The floor of a model: read the "
        "columns it reads and write the table it writes, no join, no window, no sum. Raw data are "
        "views of Parquet files: nothing is copied before staging.",
    ]


def _targets(rows: Sequence[Row]) -> list[str]:
    words = {True: "met", False: "**missed**", None: ""}
    cells = [
        (row["target"], row["reached"] or "", words[row["met"]], row["note"] or "") for row in rows
    ]
    return ["## Targets", "", *table(("target", "reached", "", "where"), cells), ""]


def _size(name: str, size: Row) -> list[str]:
    build = size["build"]
    threads = build["dbt_threads"]
    how = "" if threads == 1 else f" with {threads} dbt threads (nodes overlap: no CPU for each)"
    lines = [
        f"## {name} touches",
        "",
        f"{size['touchpoints']:,} touchpoints, {size['deals']:,} deals, {size['raw_rows']:,} raw "
        f"rows in {size['raw_mb']:,.0f} MB of Parquet; warehouse {build['warehouse_mb']:,.0f} MB, "
        f"spilled {build['spill_mb']:,.0f} MB. One dbt process{how}, "
        f"{'all tests' if build['with_tests'] else 'without tests'}.",
        "",
        *table(
            ("layer", "nodes", "wall s", "CPU s", "peak MB", "MB", "floor s", "floor CPU s",
             "x floor"),
            [
                (row["layer"], row["nodes"] or None, *_costs(row))
                for row in tables.layer_rows(size)
            ],
        ),
        "",
        *_attribution(size),
        f"### Slowest models at {name}",
        "",
        *table(
            ("model", "rows", "wall s", "CPU s", "peak MB", "MB", "floor s", "floor CPU s",
             "x floor"),
            [
                (f"`{row['name']}`", row.get("rows"), *_costs(row))
                for row in tables.model_rows(size)[:SLOWEST]
            ],
        ),
        "",
    ]  # fmt: skip
    return lines


def _costs(row: Row) -> tuple[Any, ...]:
    names = ("wall_s", "cpu_s", "peak_mb", "megabytes", "floor_wall_s", "floor_cpu_s", "ratio")
    return tuple(row.get(name) for name in names)


def _attribution(size: Row) -> list[str]:
    floor, cost = size["floors"]["attribution"], tables.attribution_cost(size)
    lines = [
        f"Attribution: {floor['touches']:,} touches, {floor['deals']:,} deals, "
        f"{floor['credit_rows']:,} rows of credit in two scopes, all shipped rule models.",
        "",
    ]
    rows: list[tuple[Any, ...]] = [
        (what, cost["wall_s"], cost["cpu_s"], cost["peak_mb"], None)
        for what, cost in (
            ("read touches", floor["scan"]),
            ("join only", floor["join"]),
            ("**floor**: join and the same columns, written", floor["floor"]),
        )
    ]
    rows.append(
        (
            "place, weigh, settle: dbt's models",
            cost["wall_s"],
            cost.get("cpu_s"),
            cost.get("peak_mb"),
            cost["ratio"],
        )
    )
    lines += [*table(("", "wall s", "CPU s", "peak MB", "x floor"), rows), ""]
    return lines + (_peers(size["peers"], cost) if size.get("peers") else [])


def _peers(peers: Sequence[Row], ours: Row) -> list[str]:
    said = (
        "Peers on the same touches and deals, each in its own process, from reading its input "
        "files to writing its result. Their credits are floats; `differ` counts those of a "
        "sample of deals that are more than a cent from ours, or of a library that gives totals "
        "only, the largest difference of a channel."
    )
    rows: list[tuple[Any, ...]] = [
        ("**Touchstone**, through dbt", "14 x 2", ours["wall_s"], ours.get("cpu_s"),
         ours.get("peak_mb"), 1.0, 1.0, "")
    ]  # fmt: skip
    for peer in peers:
        if "problem" in peer:
            costs = (peer.get("wall_s"), peer.get("cpu_s"), peer.get("peak_mb"), None, None)
            rows.append((peer["title"], "", *costs, peer["problem"]))
            continue
        times = peer["wall_s"] / ours["wall_s"]
        work = f"{len(peer['models'])} x {peer['scopes']}"
        cpu_times = peer["cpu_s"] / ours["cpu_s"] if ours.get("cpu_s") else None
        costs = (peer["wall_s"], peer["cpu_s"], peer["peak_mb"], times, cpu_times)
        rows.append((peer["title"], work, *costs, _agreement(peer)))
    header = ("", "models x scopes", "wall s", "CPU s", "peak MB", "x our time", "x our CPU",
              "differ")  # fmt: skip
    return [said, "", *table(header, rows), ""]


def _agreement(peer: Row) -> str:
    if "compared" in peer:
        return f"{peer['different']:,} of {peer['compared']:,}"
    if "largest_channel_difference_share" in peer:
        return f"{peer['largest_channel_difference_share']:.2%} of the total"
    return "not compared: we have no such model"


def _growth(rows: Sequence[Row]) -> list[str]:
    lines = [
        "## Growth",
        "",
        "Time at the largest size over time at the one before; 1 is linear.",
        "",
    ]
    worst = sorted(rows, key=lambda row: -row["against_linear"])[:SLOWEST]
    return [
        *lines,
        *table(
            ("model", "times", "against linear"),
            [(f"`{row['name']}`", row["times"], row["against_linear"]) for row in worst],
        ),
        "",
    ]


def _day(day: Row) -> list[str]:
    rows = [
        (title, day[key]["wall_s"], day[key]["cpu_s"], day[key]["models_wall_s"],
         day[key]["models_cpu_s"], day[key]["peak_mb"])
        for title, key in (
            ("the history, built the first time", "history"),
            ("one day more", "one_day"),
            ("the same, built whole", "full"),
        )
    ]  # fmt: skip
    differ = ", ".join(f"`{mart}`" for mart in day["different_marts"]) or "none"
    slowest = ", ".join(
        f"`{model['name']}` {text(model['wall_s'])} s" for model in day["one_day"]["slowest"][:5]
    )
    return [
        f"## One day more, on {day['touches_asked']:,.0f} touches",
        "",
        f"The rows that reached the sources on {day['day']}, late rows of the week before, deals "
        "that moved, leads that were converted, restated ad cost.",
        "",
        *table(("", "wall s", "CPU s", "models wall s", "models CPU s", "peak MB"), rows),
        "",
        f"Of {day['marts']} public tables those that differ from a whole build: {differ}. "
        f"Slowest models of the day: {slowest}.",
        "",
    ]


def _reading(reading: Row) -> list[str]:
    lines = [
        f"## Reading {reading['rows']:,} rows of credit",
        "",
        "Seconds a question takes, the middle of five; in brackets the first time it is asked.",
        "",
    ]
    orders = reading["orders"]
    rows = []
    for place, query in enumerate(reading["queries"]):
        asked = [order["queries"][place] for order in orders.values()]
        rows.append(
            (query["question"], *[f"{q['wall_s']:.3f} ({q['first_wall_s']:.2f})" for q in asked])
        )
    rows.append(("megabytes", *[f"{order['megabytes']:,}" for order in orders.values()]))
    return [*lines, *table(("question", *orders), rows), ""]


def table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """Return a Markdown table; text to the left, numbers to the right."""
    cells = [[text(value) for value in row] for row in rows]
    widths = [
        max(3, *(len(row[place]) for row in [list(header), *cells])) for place in range(len(header))
    ]
    left = [
        place == 0 or any(isinstance(row[place], str) for row in rows)
        for place in range(len(header))
    ]

    def line(row: Sequence[str]) -> str:
        return (
            "| "
            + " | ".join(
                cell.ljust(width) if is_left else cell.rjust(width)
                for cell, width, is_left in zip(row, widths, left, strict=True)
            )
            + " |"
        )

    rule = (
        "|"
        + "|".join(
            "-" * (width + 2) if is_left else "-" * (width + 1) + ":"
            for width, is_left in zip(widths, left, strict=True)
        )
        + "|"
    )
    return [line(list(header)), rule, *[line(row) for row in cells]]


def text(value: Any) -> str:
    """Return a value as a cell: three digits that matter, thousands marked, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return (
            f"{value:,.0f}"
            if abs(value) >= 100
            else f"{value:.1f}"
            if abs(value) >= 10
            else f"{value:.2f}"
        )
    return str(value)
