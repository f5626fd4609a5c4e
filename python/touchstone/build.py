"""`touchstone build`: one dbt process with progress, then the closing summary."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from touchstone.checks.command import check_after_build
from touchstone.definition_rows import check_definitions
from touchstone.errors import UserError, meaning_of
from touchstone.failures import failure_lines, place, sentence
from touchstone.locks import write_published_values
from touchstone.locks.report import after_build
from touchstone.marks import read_marks, step
from touchstone.project import WAREHOUSE_VARIABLE, connect, project_directory, warehouse_path
from touchstone.settings import RAW_DATA_VARIABLE, SAMPLE, in_force
from touchstone.summary import is_built, print_summary

# What dbt parses; that a file was removed is told by the time of its folder.
PARSED = ("dbt_project.yml", "profiles.yml", "models", "seeds", "macros", "tests", "analyses")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `build`."""
    parser = subparsers.add_parser(
        "build",
        help="build the warehouse with dbt and say what is in it",
        description=(
            "Runs `dbt build` once (seeds, models, tests) with progress, computes the metrics as "
            "rows (quality.metric_values), and prints the closing summary and what the guards "
            "found. Plain `dbt build` builds the same marts; this adds the checks before, and "
            "metrics, summary and guards after. With --select only dbt runs."
        ),
        epilog=(
            "examples:\n"
            "  touchstone build                                   what was loaded, under its\n"
            "                                                     settings; else the sample\n"
            "  touchstone build --vars '{session_gap_minutes: 20}'     over what a load kept\n"
            "  touchstone build --vars '{raw_data: loaded}'       what another loader has landed\n"
            "  touchstone build --select +touch_credits           one mart and what it needs\n"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--vars", default="{}", help="dbt vars as YAML, as for dbt build")
    parser.add_argument("--select", nargs="+", help="only these nodes, in dbt's selection syntax")
    parser.add_argument("--full-refresh", action="store_true", help="rebuild incremental models")
    parser.add_argument(
        "--no-metrics", action="store_true", help="leave out the values of the metrics"
    )
    parser.add_argument("--no-summary", action="store_true", help="leave out the closing summary")
    parser.add_argument(
        "--no-check", action="store_true", help="leave out the guards (touchstone check)"
    )
    parser.add_argument(
        "--developer",
        action="store_true",
        help="show dbt's own words on failures, such as what differs in a worked example",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Build; 0 when all is built and every test passed, else 1."""
    project = project_directory()
    return build(
        project,
        warehouse_path(project),
        options.vars,
        select=options.select or (),
        full_refresh=options.full_refresh,
        metrics=not options.no_metrics,
        summary=not options.no_summary,
        guards=not options.no_check,
        developer=options.developer,
    )


def build(
    project: Path,
    warehouse: Path,
    stated: str,
    *,
    select: Sequence[str] = (),
    full_refresh: bool = False,
    metrics: bool = True,
    summary: bool = True,
    guards: bool = True,
    developer: bool = False,
) -> int:
    """Build a warehouse under its settings; 0 when all is built and holds, else 1.

    Args:
        project: folder of dbt_project.yml.
        warehouse: the DuckDB file.
        stated: --vars as text; they stand over what a load kept.
        select: only these nodes.
        full_refresh: rebuild incremental models.
        metrics: whether to write the values of the metrics.
        summary: whether to print the closing summary.
        guards: whether to run the guards.
        developer: show dbt's own words on failures.
    """
    check_definitions(project)
    settings = in_force(project, warehouse, stated)
    connect(warehouse).close()
    for line in settings.told():
        print(line, file=sys.stderr)
    variables = as_vars(settings.values)
    arguments = ["build", "--vars", variables]
    if select:
        arguments += ["--select", *select]
    if full_refresh:
        arguments.append("--full-refresh")
    moved: list[str] = []
    if not dbt(project, warehouse, arguments, moved=moved, developer=developer):
        for line in read_marks(warehouse):
            print(line, file=sys.stderr)
        return 1
    # of a part of the project, metrics and guards would tell what the other part has long said
    is_whole = not select
    holds = finish(
        project,
        warehouse,
        settings.values,
        metrics=is_whole and metrics,
        summary=summary and (is_whole or is_built(warehouse)),
        guards=is_whole and guards,
    )
    return 0 if holds and not moved else 1


def finish(
    project: Path,
    warehouse: Path,
    variables: Mapping[str, Any],
    *,
    metrics: bool = True,
    summary: bool = True,
    guards: bool = True,
) -> bool:
    """Do what follows a build: metrics as rows, the closing summary, guards.

    True when guards hold and every locked period can be kept.

    Args:
        project: folder of dbt_project.yml.
        warehouse: the DuckDB file that dbt built.
        variables: dbt vars, those of the build.
        metrics: whether to write the values of the metrics.
        summary: whether to print the closing summary.
        guards: whether to run the guards.
    """
    keeps = True
    if metrics:
        with step(warehouse, "metrics"):
            _, held = write_published_values(project, warehouse)
        for line in after_build(held):
            print(line)
        keeps = not any(one.is_broken for one in held)
    if summary:
        keeps = print_summary(warehouse) and keeps
    return (not guards or check_after_build(project, warehouse, variables)) and keeps


def dbt(
    project: Path,
    warehouse: Path,
    arguments: list[str],
    on_event: Callable[[Any], None] | None = None,
    profiles: Path | None = None,
    moved: list[str] | None = None,
    developer: bool = False,
) -> bool:
    """Run one dbt command in this process, with a progress line; True when everything succeeded.

    Args:
        project: folder of dbt_project.yml.
        warehouse: the DuckDB file to build.
        arguments: dbt's words, such as ["build", "--select", "staging"].
        on_event: takes each of dbt's events too.
        profiles: folder of profiles.yml; the project when none is named.
        moved: takes the names of failed tests that only say that agreed numbers of the sample
            moved (config.meta.is_memory). Who gives it goes on when nothing else failed: what moved
            can only be seen in what is built.
        developer: print what dbt says of failures too, the differences of worked examples.
    """
    # What is built is said in --vars; a .env, which dbt reads, speaks for dbt by itself.
    os.environ.setdefault(RAW_DATA_VARIABLE, SAMPLE)
    # 2 s of imports: not for `touchstone --help`
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    os.environ[WAREHOUSE_VARIABLE] = str(warehouse)
    progress = _Progress()
    folders = ["--project-dir", str(project), "--profiles-dir", str(profiles or project)]
    listeners = [progress.on_event, *([on_event] if on_event else [])]
    target = _word_after("--target-path", arguments)
    if target is None:  # said, as what follows a build reads it: DBT_TARGET_PATH names another
        target = project / "target"
        arguments = [*arguments, "--target-path", str(target)]
    said = [] if developer else ["--log-level", "none"]
    words = ["--quiet", *said, *parse_options(project, target), *arguments, *folders]
    outcome = dbtRunner(callbacks=listeners).invoke(words)
    progress.close()
    # dbt keeps the file open for the life of the process; whoever reads it next needs it closed.
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if isinstance(outcome.exception, KeyboardInterrupt):
        raise outcome.exception
    if outcome.exception is not None:
        if meaning := meaning_of(outcome.exception):
            raise UserError(meaning)
        message = str(outcome.exception)
        raise UserError(f"dbt stopped{place(message)}: {sentence(message)}")
    results = getattr(outcome.result, "results", [])
    failed = [result for result in results if result.status in ("error", "fail", "runtime error")]
    if outcome.success and not results and "--select" in arguments:
        raise UserError(
            "--select matches no table, test or seed: `dbt ls` lists their names (with + before "
            "one for what it needs, after it for what reads it)"
        )
    logs = _word_after("--log-path", arguments) or project / "logs"
    for line in failure_lines(failed, warehouse, logs / "dbt.log", developer=developer):
        print(line, file=sys.stderr)
    if moved is not None and failed and all(_is_memory(result) for result in failed):
        moved.extend(result.node.name for result in failed)
        return not any(result.status == "skipped" for result in results)
    return bool(outcome.success)


def _is_memory(result: Any) -> bool:
    return bool(result.node.config.meta.get("is_memory"))


def _word_after(option: str, arguments: list[str]) -> Path | None:
    return Path(arguments[arguments.index(option) + 1]) if option in arguments else None


def parse_options(project: Path, target: Path) -> list[str]:
    """Return dbt's option that takes over its last parse (10 s) when no file changed since.

    Never after an edit: the project's own setting says why.
    """
    parse = target / "partial_parse.msgpack"
    if not parse.exists():
        return []
    parsed_at = parse.stat().st_mtime
    changed = any(
        path.stat().st_mtime >= parsed_at
        for name in PARSED
        for path in (project / name, *(project / name).rglob("*"))
        if path.exists() and "__pycache__" not in path.parts
    )
    return [] if changed else ["--partial-parse"]


class _Progress:
    """One line that moves in a terminal; one line a tenth of the work elsewhere."""

    def __init__(self) -> None:
        self._moves = sys.stderr.isatty()
        self._finished = 0
        self._total = 0
        self._tenth = -1
        self._begun = time.monotonic()

    def on_event(self, event: Any) -> None:
        """Take one of dbt's events."""
        if event.info.name == "LogStartLine":
            self._total = event.data.total
        elif event.info.name == "NodeFinished":
            self._finished += 1
            self._show(event.data.node_info.node_name)

    def _show(self, name: str) -> None:
        if not self._total:
            return
        seconds = time.monotonic() - self._begun
        line = f"  {self._finished:>4} of {self._total} steps, {seconds:3.0f} s"
        if self._moves:
            print(f"\r\033[K{line}  {name[:60]}", end="", file=sys.stderr, flush=True)
        elif (tenth := 10 * self._finished // self._total) > self._tenth:
            self._tenth = tenth
            print(line, file=sys.stderr, flush=True)

    def close(self) -> None:
        """End the moving line."""
        if self._moves and self._finished:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def as_vars(values: Mapping[str, object]) -> str:
    """Return dbt vars as the text of --vars (JSON is YAML)."""
    return json.dumps(dict(values), sort_keys=True, default=str)  # YAML reads a day as a date
