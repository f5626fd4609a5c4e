"""One size: make the company, build it with dbt, measure the floors, run the peers."""

import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from touchstone.bench import company, day, dbt_run
from touchstone.bench.floors import ATTRIBUTION
from touchstone.bench.measure import Ended, run_child
from touchstone.bench.peers.check import compare
from touchstone.bench.peers.run import PEERS, is_installed
from touchstone.errors import UserError

REPEATS_UNTIL = 2e7  # touches up to which short steps are run three times
LOADED = '{"raw_data": "loaded"}'
NO_TESTS = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]


@dataclass(frozen=True)
class Settings:
    """What the command was asked for."""

    project: Path
    cache: Path
    months: int
    seed: int
    threads: int
    memory_limit: str | None
    with_tests: bool
    peers: tuple[str, ...]
    peer_seconds: float
    peer_mb: float


def say(message: str) -> None:
    """Say on stderr what is being done."""
    print(f"bench: {message}", file=sys.stderr, flush=True)


def size_name(touches: float) -> str:
    """Return a size as people write it: 1e6, 2.5e5."""
    mantissa, exponent = f"{touches:e}".split("e")
    return f"{float(mantissa):g}e{int(exponent)}"


def measure_size(settings: Settings, touches: float) -> dict[str, Any]:
    """Return every figure of one size."""
    name = size_name(touches)
    say(f"{name}: the company")
    folder = company.company_folder(
        settings.project, settings.cache, touches, settings.months, settings.seed
    )
    rows = company.company_rows(folder)
    work = settings.cache / f"work_{name}"
    work.mkdir(parents=True, exist_ok=True)
    warehouse = work / "warehouse.duckdb"
    company.new_warehouse(warehouse)
    whole = company.whole_files(settings.project, folder)
    company.read_in_place(settings.project, warehouse, whole)
    found: dict[str, Any] = {
        "touches_asked": touches,
        "touchpoints": company.touchpoints(rows),
        "deals": company.deals(rows),
        "raw_rows": sum(rows.values()),
        "raw_mb": round(
            sum(path.stat().st_size for path in folder.glob("*/*.parquet") if is_raw(path)) / 1e6, 1
        ),
    }
    found["build"] = build(settings, work, warehouse, f"dbt build of {name}")
    # in a process of its own, so that its memory is not that of what was built before
    only = ["--full-refresh", "--select", ATTRIBUTION]
    found["attribution"] = build(
        replace(settings, with_tests=False), work, warehouse, f"attribution of {name}", only
    )
    say(f"{name}: the floors")
    found["floors"] = child(
        "floors",
        work,
        {
            "spill": str(work / "spill"),
            "scratch": str(work / "scratch.duckdb"),
            "warehouse": str(warehouse),
            "manifest": str(work / "target" / "manifest.json"),
            "repeats": 3 if touches <= REPEATS_UNTIL else 1,
        },
    )
    if settings.peers:
        found["peers"] = peers(settings, work, warehouse, name)
    return found


def peers(settings: Settings, work: Path, warehouse: Path, name: str) -> list[dict[str, Any]]:
    """Run every peer that was asked for; one that fails or is not there is told as that."""
    folder = work / "peers"
    files = {"warehouse": str(warehouse), "scratch": str(work / "scratch.duckdb")}
    say(f"{name}: touches and deals for the peers")
    child("peers.inputs", work, {**files, "spill": str(work / "spill"), "folder": str(folder)})
    found = []
    for key in settings.peers:
        peer = PEERS[key]
        row: dict[str, Any] = {"peer": key, "title": peer.title}
        found.append(row)
        if not is_installed(peer):
            row["problem"] = f"not installed: {peer.package}"
            continue
        say(f"{name}: {peer.title}")
        for path in (*folder.glob("credits.*"), *folder.glob("peer.duckdb*")):
            path.unlink()
        order, result = work / "peer_order.json", work / "peer.json"
        result.unlink(missing_ok=True)
        asked = {"peer": key, "folder": str(folder), "project": str(settings.project)}
        order.write_text(json.dumps({**asked, "result": str(result)}), encoding="utf-8")
        ended = run_child(
            ["touchstone.bench.peers.run", str(order)],
            spill=folder / "spill",
            most_mb=settings.peer_mb,
            most_seconds=settings.peer_seconds,
        )
        row.update(ended.cost.as_dict())
        if ended.problem is not None:
            row["problem"] = ended.problem
            continue
        told = json.loads(result.read_text(encoding="utf-8"))
        row.update({name: told[name] for name in ("wall_s", "cpu_s", "rows", "models", "scopes")})
        row.update(compare(folder, told))
    shutil.rmtree(folder)
    return found


def is_raw(path: Path) -> bool:
    """Return whether a file of the company is raw data, not the truth behind it."""
    return path.parent.name != "truth"


def build(
    settings: Settings, work: Path, warehouse: Path, what: str, selected: Sequence[str] = ()
) -> dict[str, Any]:
    """Build with dbt in one process; return its cost, the nodes' costs, and what it left."""
    say(f"{what}, {'with' if settings.with_tests else 'without'} tests")
    arguments = ["build", "--vars", LOADED, *([] if settings.with_tests else NO_TESTS), *selected]
    order = dbt_run.order(
        project=settings.project,
        work=work,
        warehouse=warehouse,
        threads=settings.threads,
        memory_limit=settings.memory_limit,
        arguments=arguments,
    )
    ended = run_child(["touchstone.bench.dbt_run", str(order)], spill=work / "spill")
    require(ended, what, work)
    nodes = json.loads((work / "nodes.json").read_text(encoding="utf-8"))
    return {
        **ended.cost.as_dict(),
        "dbt_threads": settings.threads,
        "with_tests": settings.with_tests,
        "warehouse_mb": round(warehouse.stat().st_size / 1e6, 1),
        "nodes": nodes,
    }


def measure_day(settings: Settings, touches: float) -> dict[str, Any]:
    """Return what a day costs on a history: built, a day later built again, and built whole."""
    name = size_name(touches)
    folder = company.company_folder(
        settings.project, settings.cache, touches, settings.months, settings.seed
    )
    work = settings.cache / f"day_{name}"
    work.mkdir(parents=True, exist_ok=True)
    kept, whole = work / "kept.duckdb", work / "whole.duckdb"
    today = day.last_day(folder)
    before, after = day.states(settings.project, folder, today)
    found: dict[str, Any] = {"touches_asked": touches, "day": str(today)}
    company.new_warehouse(kept)
    company.read_in_place(settings.project, kept, before)
    found["history"] = day_cost(
        build(settings, work, kept, f"{name}: up to the day before {today}")
    )
    company.read_in_place(settings.project, kept, after)
    found["one_day"] = day_cost(build(settings, work, kept, f"{name}: one day more"))
    company.new_warehouse(whole)
    company.read_in_place(settings.project, whole, after)
    found["full"] = day_cost(build(settings, work, whole, f"{name}: all of it, built whole"))
    found.update(day.compare(kept, whole))
    for path in (kept, whole):
        path.unlink()
    return found


def day_cost(built: dict[str, Any]) -> dict[str, Any]:
    """Return a build in short: as a whole, its models, its slowest."""
    models = [node for node in built["nodes"] if node["kind"] == "model"]
    slowest = sorted(models, key=lambda node: -float(node["wall_s"]))[:10]
    return {
        **{name: built[name] for name in ("wall_s", "cpu_s", "peak_mb", "with_tests")},
        "models_wall_s": round(sum(node["wall_s"] for node in models), 2),
        "models_cpu_s": round(sum(node.get("cpu_s", node["wall_s"]) for node in models), 2),
        "slowest": [{name: node[name] for name in ("name", "wall_s")} for node in slowest],
    }


def measure_reading(settings: Settings, touches: float, rows: int, orders: str) -> dict[str, Any]:
    """Return what dashboard queries cost on so many credit rows, blown up from a built size."""
    name = size_name(touches)
    work = settings.cache / f"work_{name}"
    warehouse = work / "warehouse.duckdb"
    if not warehouse.exists():
        raise UserError(f"{warehouse} is not there: --reading needs a size that was built before")
    say(f"{name}: questions to {rows:,} rows of credit")
    files = {"warehouse": str(warehouse), "scratch": str(work / "credits.duckdb")}
    return child(
        "reading", work, {**files, "spill": str(work / "spill"), "rows": rows, "orders": orders}
    )


def child(module: str, work: Path, order: dict[str, Any]) -> dict[str, Any]:
    """Run a module of the bench in its own process and return what it found."""
    path, result = work / f"{module}.order.json", work / f"{module}.json"
    result.unlink(missing_ok=True)
    path.write_text(json.dumps({**order, "result": str(result)}, indent=1), encoding="utf-8")
    ended = run_child([f"touchstone.bench.{module}", str(path)])
    require(ended, module, work)
    found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return found


def require(ended: Ended, what: str, work: Path) -> None:
    """Stop with the child's own words when it failed."""
    if ended.problem is not None:
        (work / "failed.log").write_text(ended.output, encoding="utf-8")
        raise UserError(
            f"{what} {ended.problem}\n{tail(ended.output)}\n"
            f"The whole output: {work / 'failed.log'}; dbt's log: {work / 'logs' / 'dbt.log'}"
        )


def tail(text: str, lines: int = 12) -> str:
    """Return the last lines of an output."""
    return "\n".join(f"  {line}" for line in text.strip().splitlines()[-lines:])
