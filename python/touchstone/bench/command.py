"""`touchstone bench`: what a build costs on this machine, against the floor, peers and targets."""

import argparse
import json
from pathlib import Path
from typing import Any

from touchstone.bench import plot, report, tables
from touchstone.bench.measure import machine
from touchstone.bench.peers.run import PEERS
from touchstone.bench.suite import (
    Settings,
    measure_day,
    measure_reading,
    measure_size,
    say,
    size_name,
)
from touchstone.bench.targets import target_rows
from touchstone.errors import UserError
from touchstone.project import project_directory

HELP = """\
Makes a company of so many touches (cached by its parameters), builds it with dbt in one process,
and says in one table what that cost: wall time, CPU time, peak memory and bytes, per layer and
per model, beside the floor: the least that reading, joining and writing the same data costs in
the same run on the same machine.

A touch is a raw touchpoint: a page view, a form, a campaign response or an activity of sales;
100 of them for each deal. Raw tables are views of the company's Parquet files.

With one dbt thread (the default here) nodes run one after the other, each on all cores, and each
node's CPU and memory can be told. Seconds are of the machine; quote ratios.
"""
EXAMPLES = """\
examples:
  touchstone bench                                  a million touches: about two minutes
  touchstone bench --touches 1e6,1e7                two sizes, and how each model grows
  touchstone bench --touches 1e7 --compare          and the peers on the same touches and deals
  touchstone bench --touches 1e7 --no-build --day --add   what one more day costs, too
  touchstone bench --touches 1e8 --memory-limit 18GB --no-tests

writes bench.json, bench.md and bench.svg into --output. The exit code is 0 when everything was
measured (a missed target is a figure, not a failure), 2 when a build failed or a word was wrong.
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `bench`."""
    parser = subparsers.add_parser(
        "bench",
        help="measure a build: time, memory and bytes against the floor of this machine",
        description=HELP,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--touches", default="1e6", metavar="N[,N]", help="sizes, such as 1e6,1e7 (default: 1e6)"
    )
    parser.add_argument(
        "--cache", type=Path, metavar="DIR", help="companies and warehouses (default: .bench)"
    )
    parser.add_argument(
        "--output", type=Path, metavar="DIR", help="bench.json and bench.md (default: the cache)"
    )
    parser.add_argument("--threads", type=int, default=1, help="dbt threads (default: 1)")
    parser.add_argument(
        "--memory-limit", metavar="SIZE", help="DuckDB's memory limit, such as 4GB; it spills above"
    )
    parser.add_argument("--no-tests", action="store_true", help="build without dbt's tests")
    parser.add_argument(
        "--compare", action="store_true", help="run the peers on the same touches and deals"
    )
    parser.add_argument(
        "--peers",
        metavar="NAME[,NAME]",
        help=f"only these peers: {', '.join(PEERS)}",
    )
    parser.add_argument(
        "--peer-minutes", type=float, default=15, metavar="N", help="a peer's time (default: 15)"
    )
    parser.add_argument(
        "--peer-memory", type=float, default=12, metavar="GB", help="and memory (default: 12)"
    )
    parser.add_argument(
        "--day", action="store_true", help="and what one more day costs, at the largest size"
    )
    parser.add_argument(
        "--no-build",
        action="store_true",
        help="leave out the sizes themselves: only --day or --reading",
    )
    parser.add_argument(
        "--reading",
        choices=("shipped", "all"),
        help="and dashboard queries on a credit mart of 50 million rows: in the order it is "
        "shipped in, or in all orders that were considered",
    )
    parser.add_argument(
        "--reading-rows", type=float, default=5e7, metavar="N", help="rows for them (default: 5e7)"
    )
    parser.add_argument(
        "--add", action="store_true", help="add to the report that is there, size by size"
    )
    parser.add_argument("--months", type=int, default=36, help="months of data (default: 36)")
    parser.add_argument("--seed", type=int, default=7, help="which company (default: 7)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure and report."""
    if options.no_build and not (options.reading or options.day):
        raise UserError("--no-build leaves nothing to measure: add --day or --reading")
    project = project_directory()
    cache = (options.cache or project / ".bench").absolute()
    output = (options.output or cache).absolute()
    for folder in (cache, output):
        make_folder(folder)
    settings = Settings(
        project=project,
        cache=cache,
        months=options.months,
        seed=options.seed,
        threads=options.threads,
        memory_limit=options.memory_limit,
        with_tests=not options.no_tests,
        peers=peers_asked(options),
        peer_seconds=options.peer_minutes * 60,
        peer_mb=options.peer_memory * 1000,
    )
    sizes = sizes_asked(options.touches)
    found = {**(earlier(output / "bench.json") if options.add else {}), "machine": machine()}
    found.setdefault("sizes", {})
    for touches in [] if options.no_build else sizes:
        found["sizes"][size_name(touches)] = measure_size(settings, touches)
        page = write(found, output)
    if options.reading:
        found["reading"] = measure_reading(
            settings, sizes[-1], int(options.reading_rows), options.reading
        )
        page = write(found, output)
    if options.day:
        found["day"] = measure_day(settings, sizes[-1])
        page = write(found, output)
    print(page)
    return 0


def write(found: dict[str, Any], output: Path) -> str:
    """Write the report of what was found so far, after every part: large ones take hours."""
    found["growth"] = tables.growth(found["sizes"])
    found["targets"] = target_rows(found)
    page = report.markdown(found)
    (output / "bench.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    (output / "bench.md").write_text(page, encoding="utf-8")
    say(f"written: {output / 'bench.json'} and bench.md")
    say(plot.write(found["sizes"], output / "bench.svg") or f"drawn: {output / 'bench.svg'}")
    return page


def earlier(path: Path) -> dict[str, Any]:
    """Return the figures of an earlier run."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise UserError(f"{path} is no report of the bench: move it away") from error
    return found


def peers_asked(options: argparse.Namespace) -> tuple[str, ...]:
    """Return the peers to run: all with --compare, or those that are named."""
    if not options.peers:
        return tuple(PEERS) if options.compare else ()
    names = [name.strip() for name in options.peers.split(",")]
    unknown = [name for name in names if name not in PEERS]
    if unknown:
        raise UserError(f"--peers: there is no {unknown[0]}; known are {', '.join(PEERS)}")
    return tuple(names)


def sizes_asked(text: str) -> list[float]:
    """Return the sizes of --touches."""
    try:
        sizes = [float(word) for word in text.split(",") if word.strip()]
    except ValueError:
        sizes = []
    if not sizes:
        raise UserError(f"--touches {text}: numbers such as 1e6,1e7, please")
    return sorted(set(sizes))


def make_folder(folder: Path) -> None:
    """Make a folder, or say why it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder} cannot be made: {error.strerror}; name another") from error
