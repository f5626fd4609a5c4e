"""`touchstone spark`: build on a Spark cluster of this machine and compare with DuckDB."""

import argparse
import importlib.metadata
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import yaml

from touchstone.build import as_vars, dbt
from touchstone.errors import UserError
from touchstone.project import connect, project_directory
from touchstone.settings import in_force
from touchstone.spark.cluster import Cluster, Size, find_java, find_spark, running_cluster
from touchstone.spark.compare import Comparison, compare, parquet, seeds_of, tables_of_marts
from touchstone.spark.data import (
    copy_raw,
    load_folder,
    raw_schemas,
    spark_statements,
    write_parquet,
)
from touchstone.spark.measure import SETTINGS as MEASURED
from touchstone.spark.measure import Cost, read_event_log
from touchstone.spark.report import Run, failure_lines, verdict, write_report
from touchstone.spark.server import SESSION, run_statements
from touchstone.spark.tuning import measure, timing_lines

HELP = """\
Starts a standalone Apache Spark cluster on this machine (a master, workers and a Thrift server, on
the loopback alone), builds the same dbt project there and in DuckDB from the same raw rows, and
holds every public mart of the two against each other: same rows, same integers. The comparison is
written as Markdown and JSON; exit code 1 when anything differs or a data test fails. Everything
that was started is stopped at the end, and the scratch folder is removed.

Needs Java 17 or 21 and the environment of `make spark`.
"""
EXAMPLES = """\
examples:
  touchstone spark                                         the sample company
  touchstone spark --data exports/                         files as `touchstone sample` writes them
  touchstone spark --data olist/ --mapping olist           files with a mapping
  touchstone spark --warehouse touchstone.duckdb --vars '{raw_data: loaded}'
                                                           the raw tables of a warehouse
  touchstone spark --vars '{reporting_time_zone: America/New_York}'
  touchstone spark --kill-worker                           lose a machine in the middle of the build
  touchstone spark --tune 1e5,1e6                          what settings of Spark are worth here
  touchstone spark --serve                                 only the cluster, until Ctrl-C
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `spark`."""
    parser = subparsers.add_parser(
        "spark",
        help="build on a Spark cluster of this machine and compare every mart with DuckDB",
        description=HELP,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    data = parser.add_mutually_exclusive_group()
    data.add_argument("--data", type=Path, metavar="DIR", help="folder of raw files")
    data.add_argument(
        "--warehouse", type=Path, metavar="FILE", help="DuckDB file whose raw tables to use"
    )
    parser.add_argument("--mapping", metavar="NAME", help="mapping of --data, as for load")
    parser.add_argument("--vars", default="{}", help="dbt vars as YAML, for both engines")
    parser.add_argument("--no-tests", action="store_true", help="leave out the data tests on Spark")
    parser.add_argument(
        "--kill-worker", action="store_true", help="kill -9 one worker a third into the build"
    )
    parser.add_argument("--serve", action="store_true", help="start the cluster and wait")
    parser.add_argument(
        "--tune",
        metavar="SIZES",
        help="only measure settings of Spark on so many touches, such as 1e5,1e6",
    )
    parser.add_argument("--workers", type=int, default=Size.workers, help="default: 2")
    parser.add_argument("--cores", type=int, default=Size.cores_per_worker, help="of each worker")
    parser.add_argument(
        "--memory", type=int, default=Size.worker_memory_mb, metavar="MB", help="of each worker"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting of Spark, such as spark.sql.shuffle.partitions=8",
    )
    parser.add_argument(
        "--output", type=Path, metavar="DIR", help="of the report (default: target/spark)"
    )
    parser.add_argument(
        "--scratch", type=Path, metavar="DIR", help="where tables lie while it runs"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Build and compare; 0 when the engines agree and every data test passed."""
    find_java(), find_spark()
    project = project_directory()
    size = Size(options.workers, options.cores, options.memory)
    settings = spark_settings(size, options.set)
    with _ends_on_signals(), _scratch(options.scratch) as scratch:
        try:
            if options.serve:
                return _serve(scratch, size, settings)
            if options.tune:
                return _tune(scratch, size, settings, options.tune)
            return _Comparing(options, project, scratch, size, settings).run()
        except KeyboardInterrupt:
            print("touchstone: stopped; the cluster is down", file=sys.stderr)
            return 130


def spark_settings(size: Size, given: list[str]) -> dict[str, str]:
    """Return the settings of the cluster's application; what a user gives counts last."""
    settings = {
        **SESSION,
        # One partition for each core: the tables of a sample are small, and Spark's 200 are for
        # clusters. docs/scale.md has what was measured.
        "spark.sql.shuffle.partitions": str(size.workers * size.cores_per_worker),
    }
    for pair in given:
        name, sign, value = pair.partition("=")
        if not sign or not name.startswith("spark."):
            raise UserError(f"--set {pair}: write spark.NAME=VALUE")
        settings[name] = value
    return settings


class _Comparing:
    """One run of both builds and their comparison."""

    def __init__(
        self,
        options: argparse.Namespace,
        project: Path,
        scratch: Path,
        size: Size,
        settings: dict[str, str],
    ) -> None:
        self.options = options
        self.project = project
        self.scratch = scratch
        self.size = size
        self.settings = settings
        self.output: Path = (options.output or project / "target" / "spark").absolute()
        self.warehouse = scratch / "duckdb" / "touchstone.duckdb"
        self.variables: dict[str, object] = {}
        self.seconds: dict[str, float] = {}
        self.events: list[str] = []
        self.costs: list[Cost] = []

    def run(self) -> int:
        self.warehouse.parent.mkdir(parents=True)
        self._build_on_duckdb()
        cluster_folder, event_log = self.scratch / "cluster", self.scratch / "events"
        event_log.mkdir()
        settings = {**self.settings, **MEASURED, "spark.eventLog.dir": event_log.as_uri()}
        begun = time.monotonic()
        with running_cluster(cluster_folder, self.size, settings, say) as cluster:
            self.seconds["cluster start"] = time.monotonic() - begun
            self._give_raw_tables(cluster)
            is_built = self._build_on_spark(cluster)
            marts, seeds = self._compare(cluster)
            versions = _versions(cluster)
        self.costs = read_event_log(event_log)
        page = write_report(self.output, self._summary(versions), marts, seeds)
        return self._conclude(marts, seeds, page, is_built)

    @property
    def is_sample(self) -> bool:
        return self.variables.get("raw_data", "sample") == "sample"

    def _build_on_duckdb(self) -> None:
        options = self.options
        given = yaml.safe_load(options.vars) or {}
        if not isinstance(given, dict):
            raise UserError(f"--vars {options.vars}: write YAML such as '{{raw_data: loaded}}'")
        if options.mapping and not options.data:
            raise UserError("--mapping goes with --data DIR: which folder holds the files?")
        if options.data:
            say(f"loading {options.data}")
            found = load_folder(options.data, options.mapping, self.project, self.warehouse)
            self.variables = {**found, **given}
        else:
            self.variables = given
        if options.warehouse:
            self.variables = dict(in_force(self.project, options.warehouse, given).values)
            schemas = raw_schemas(self.project, self.variables)
            copy_raw(options.warehouse, schemas, self.warehouse)
        say("building on DuckDB")
        words = ["build", "--exclude-resource-type", "test", "unit_test"]
        if options.warehouse and self.is_sample:
            words += ["--exclude", "path:seeds/raw"]
        begun = time.monotonic()
        if not self._dbt("dev", words):
            raise UserError("the build on DuckDB failed (above): there is nothing to compare with")
        self.seconds["DuckDB build"] = time.monotonic() - begun

    def _give_raw_tables(self, cluster: Cluster) -> None:
        begun = time.monotonic()
        tables = write_parquet(
            self.warehouse, raw_schemas(self.project, self.variables), self.scratch / "raw"
        )
        run_statements(cluster.port, spark_statements(tables))
        self.seconds["raw tables"] = time.monotonic() - begun

    def _build_on_spark(self, cluster: Cluster) -> bool:
        # A unit test gives dbt's fixtures the types of DuckDB's contracts; see docs/scale.md.
        left_out = ["unit_test", *(["test"] if self.options.no_tests else [])]
        words = ["build", "--exclude-resource-type", *left_out]
        if self.is_sample:
            words += ["--exclude", "path:seeds/raw"]
        os.environ["TOUCHSTONE_SPARK_PORT"] = str(cluster.port)
        say("building on Spark")
        begun = time.monotonic()
        killer = _Killer(cluster) if self.options.kill_worker else None
        is_built = self._dbt("spark", words, killer.on_event if killer else None)
        self.seconds["Spark build"] = time.monotonic() - begun
        if killer:
            self.events.append(killer.told(is_built))
            say(self.events[-1])
            if not is_built:
                begun = time.monotonic()
                is_built = self._dbt("spark", words)
                self.seconds["Spark build, run again"] = time.monotonic() - begun
                self.events.append(
                    "run again, it ended right" if is_built else "run again, it failed again"
                )
        return is_built

    def _dbt(self, target: str, words: list[str], on_event: Any = None) -> bool:
        place = self.output / f"dbt_{'duckdb' if target == 'dev' else target}"
        words = [*words, "--target", target, "--vars", as_vars(self.variables)]
        words += ["--target-path", str(place), "--log-path", str(place)]
        return dbt(self.project, self.warehouse, words, on_event)

    def _compare(self, cluster: Cluster) -> tuple[list[Comparison], list[Comparison]]:
        begun = time.monotonic()
        manifest = self.output / "dbt_duckdb" / "manifest.json"
        nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
        marts, seeds = tables_of_marts(nodes), seeds_of(nodes)
        say(f"comparing {len(marts)} public marts and {len(seeds)} definitions")
        with connect(self.warehouse, read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            found = (
                [self._compare_table(cluster, connection, *table) for table in marts],
                [self._compare_table(cluster, connection, *table) for table in seeds],
            )
        self.seconds["comparison"] = time.monotonic() - begun
        return found

    def _compare_table(
        self, cluster: Cluster, connection: Any, schema: str, table: str
    ) -> Comparison:
        name = f"{schema}.{table}"
        place = self.scratch / "compared" / name
        # Spark writes what a reader of the table or view would get; DuckDB reads those files.
        statement = f"insert overwrite directory '{place}' using parquet select * from {name}"
        try:
            run_statements(cluster.port, [statement])
        except UserError as error:
            return Comparison(name, problem=f"Spark has no such rows: {error}")
        result = compare(connection, name, name, parquet(place))
        shutil.rmtree(place, ignore_errors=True)
        return result

    def _summary(self, versions: dict[str, str]) -> Run:
        options = self.options
        if options.data:
            data = f"{options.data}" + (f", mapping {options.mapping}" if options.mapping else "")
        else:
            data = str(options.warehouse or "the sample company")
        cluster = (
            f"{self.size.workers} workers with {self.size.cores_per_worker} core and "
            f"{self.size.worker_memory_mb:,} MB each; "
            + ", ".join(f"{name}={value}" for name, value in self.settings.items())
        )
        return Run(data, self.variables, cluster, self.seconds, self.events, versions, self.costs)

    def _conclude(
        self, marts: list[Comparison], seeds: list[Comparison], page: Path, is_built: bool
    ) -> int:
        for table in marts + seeds:
            if not table.is_same:
                print("\n".join(failure_lines(table)))
        print(f"\n  {verdict(marts, seeds)}")
        if not is_built:
            print("  the build on Spark has failures (above)")
        for step, seconds in self.seconds.items():
            print(f"  {step:<28}{seconds:>8,.0f} s")
        print(f"  the comparison: {page}")
        return 0 if is_built and all(table.is_same for table in marts + seeds) else 1


class _Killer:
    """Kills one worker when a third of the steps are done."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.total = 0
        self.finished = 0
        self.killed: int | None = None
        self.at = 0

    def on_event(self, event: Any) -> None:
        """Count dbt's steps, and kill in the middle of one."""
        if event.info.name == "LogStartLine":
            self.total = event.data.total
        elif event.info.name == "NodeFinished":
            self.finished += 1
        if self.killed is None and self.total and self.finished * 3 > self.total:
            self.at = self.finished
            self.killed = self.cluster.kill_worker()

    def told(self, is_built: bool) -> str:
        """Say what happened."""
        if self.killed is None:
            return "no worker was killed: the build ended before a third of its steps"
        end = "ended right" if is_built else "ended with the errors above"
        return (
            f"worker process {self.killed} and its executors were killed (kill -9) after step "
            f"{self.at} of {self.total}; the build {end}, with "
            f"{self.cluster.alive_workers()} of {len(self.cluster.workers())} workers left"
        )


def _serve(scratch: Path, size: Size, settings: dict[str, str]) -> int:
    with running_cluster(scratch, size, settings, say) as cluster:
        print(f"export TOUCHSTONE_SPARK_PORT={cluster.port}", flush=True)
        say("dbt build --target spark; Ctrl-C here stops the cluster and removes its tables")
        while not (fallen := cluster.fallen()):
            time.sleep(1)
        raise UserError(f"the cluster has stopped; {fallen[0]}")


def _tune(scratch: Path, size: Size, settings: dict[str, str], sizes: str) -> int:
    try:
        touches = [int(float(text)) for text in sizes.split(",")]
    except ValueError as error:
        raise UserError(f"--tune {sizes}: write numbers such as 1e5,1e6") from error
    with running_cluster(scratch, size, settings, say) as cluster:
        print("\n".join(timing_lines(measure(cluster, touches, say))))
    return 0


def _versions(cluster: Cluster) -> dict[str, str]:
    rows = run_statements(cluster.port, ["select version()"])
    packages = ("duckdb", "dbt-core", "dbt-duckdb", "dbt-spark")
    return {
        "Spark": str(rows[0][0]).split()[0],
        **{name: importlib.metadata.version(name) for name in packages},
    }


@contextmanager
def _scratch(parent: Path | None) -> Iterator[Path]:
    if parent:
        parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="touchstone_spark_", dir=parent)).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _ends_on_signals() -> Iterator[None]:
    """Let a polite request to end (kill, a closed terminal) do what Ctrl-C does."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {
        number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def say(line: str) -> None:
    """Say on stderr what is being done."""
    print(f"spark: {line}", file=sys.stderr, flush=True)
