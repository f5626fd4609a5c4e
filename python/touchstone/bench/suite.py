"""One size: make the company, build it with dbt, measure the floors, run the peers."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from touchstone.bench import company, dbt_run
from touchstone.bench.measure import Ended, machine, run_child
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
    company.read_in_place(settings.project, folder, warehouse)
    found: dict[str, Any] = {
        "touches_asked": touches,
        "touchpoints": company.touchpoints(rows),
        "deals": company.deals(rows),
        "raw_rows": sum(rows.values()),
        "raw_mb": round(
            sum(path.stat().st_size for path in folder.glob("*/*.parquet") if is_raw(path)) / 1e6, 1
        ),
    }
    found["build"] = build(settings, work, warehouse, name)
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
    return found


def is_raw(path: Path) -> bool:
    """Return whether a file of the company is raw data, not the truth behind it."""
    return path.parent.name != "truth"


def build(settings: Settings, work: Path, warehouse: Path, name: str) -> dict[str, Any]:
    """Build with dbt in one process; return its cost, the nodes' costs, and what it left."""
    say(f"{name}: dbt build ({'with' if settings.with_tests else 'without'} tests)")
    arguments = ["build", "--vars", LOADED, *([] if settings.with_tests else NO_TESTS)]
    order = dbt_run.order(
        project=settings.project,
        work=work,
        warehouse=warehouse,
        threads=settings.threads,
        memory_limit=settings.memory_limit,
        arguments=arguments,
    )
    ended = run_child(["touchstone.bench.dbt_run", str(order)], spill=work / "spill")
    require(ended, f"dbt build of {name}", work)
    nodes = json.loads((work / "nodes.json").read_text(encoding="utf-8"))
    return {
        **ended.cost.as_dict(),
        "dbt_threads": settings.threads,
        "with_tests": settings.with_tests,
        "warehouse_mb": round(warehouse.stat().st_size / 1e6, 1),
        "nodes": nodes,
    }


def child(module: str, work: Path, order: dict[str, Any]) -> dict[str, Any]:
    """Run a module of the bench in its own process and return what it found."""
    path, result = work / f"{module}_order.json", work / f"{module}.json"
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


def measure_all(settings: Settings, sizes: list[float]) -> dict[str, Any]:
    """Return the figures of all sizes, smallest first."""
    found: dict[str, Any] = {"machine": machine(), "sizes": {}}
    for touches in sorted(sizes):
        found["sizes"][size_name(touches)] = measure_size(settings, touches)
    return found
