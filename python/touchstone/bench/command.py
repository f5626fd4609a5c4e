"""`touchstone bench`: what a build costs on this machine, against the floor, peers and targets."""

import argparse
import json
from pathlib import Path

from touchstone.bench import report, tables
from touchstone.bench.suite import Settings, measure_all, say
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
  touchstone bench --touches 1e8 --memory-limit 18GB --no-tests

writes bench.json and bench.md into --output; the exit code is 0 when everything was measured
(a missed target is a figure, not a failure), 1 when a build failed, 2 for a mistake in the words.
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
    parser.add_argument("--months", type=int, default=36, help="months of data (default: 36)")
    parser.add_argument("--seed", type=int, default=7, help="which company (default: 7)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure and report."""
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
        peers=(),
        peer_seconds=600.0,
    )
    found = measure_all(settings, sizes_asked(options.touches))
    found["growth"] = tables.growth(found["sizes"])
    page = report.markdown(found)
    (output / "bench.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    (output / "bench.md").write_text(page, encoding="utf-8")
    print(page)
    say(f"written: {output / 'bench.json'}, {output / 'bench.md'}")
    return 0


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
