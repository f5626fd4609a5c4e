"""`touchstone check`: the guards of what comes in and goes out, on the user's own warehouse."""

import argparse
import datetime
import sys
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from touchstone.checks.checking import Finding, Scope, check
from touchstone.checks.definitions import EDGES
from touchstone.checks.pages import prepare, write
from touchstone.checks.report import as_json, as_markdown, as_text
from touchstone.checks.results import TABLE, keep
from touchstone.definition_rows import check_definitions
from touchstone.errors import UserError
from touchstone.faults import closing_line
from touchstone.marks import read_marks
from touchstone.project import project_directory, warehouse_path
from touchstone.settings import in_force

FORMATS = {"text": as_text, "markdown": as_markdown, "json": as_json}
NEEDED = ("great_expectations", "duckdb_sqlalchemy")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `check`."""
    parser = subparsers.add_parser(
        "check",
        help="run the guards on raw data and marts, the worst first",
        description=(
            "Asks every guard of seeds/definitions/guards.csv whether it holds: of the raw tables "
            "(what comes in) and of the public marts (what goes out). The warehouse is read, and "
            f"the findings are added to {TABLE}. Exit code 0: fine, or only warnings; 1: a guard "
            "that stops has failed; 2: a mistake in the call."
        ),
        epilog=(
            "examples:\n"
            "  touchstone check                          everything\n"
            "  touchstone check --edge in                after a load, before the build\n"
            "  touchstone check --table crm.leads        one table\n"
            "  touchstone check --docs guards            pages that a person can read\n"
            "  touchstone check --as-of today            fail when loads have stopped\n"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--edge", choices=EDGES, help="only what comes in, or what goes out")
    parser.add_argument("--table", help="only this table, such as crm.leads or core.people")
    parser.add_argument("--guard", help="only this guard")
    parser.add_argument("--format", choices=FORMATS, default="text", help="default: text")
    parser.add_argument("--docs", type=Path, metavar="DIR", help="write Data Docs to this folder")
    parser.add_argument(
        "--as-of",
        metavar="DAY",
        help="day up to which data should reach: YYYY-MM-DD or today (default: their newest day)",
    )
    parser.add_argument("--vars", default="{}", help="dbt vars, over what a load kept")
    parser.add_argument(
        "--no-keep", action="store_true", help=f"do not add the findings to {TABLE}"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check; 0 when no guard that stops has failed, else 1."""
    project = project_directory()
    warehouse = warehouse_path(project)
    if not warehouse.exists():
        raise UserError(f"{warehouse} does not exist yet; build it: make build")
    if not is_installed():
        raise UserError(
            "Great Expectations is not installed: pip install 'touchstone[checks]', or make env"
        )
    today = datetime.date.today()
    check_definitions(project)
    settings = in_force(project, warehouse, options.vars)
    marks = read_marks(warehouse)
    if marks:
        print("NOT TO BE RELIED ON: " + "\n  ".join(marks), file=sys.stderr)
    for line in settings.told():
        print(line, file=sys.stderr)
    findings = check(
        project,
        warehouse,
        scope=Scope(options.edge, options.table, options.guard),
        variables=settings.values,
        today=today,
        as_of=_day(options.as_of, today),
        docs=prepare(options.docs) if options.docs else None,
        on_answer=_Progress().show,
    )
    print(FORMATS[options.format](findings))
    if options.format == "text":
        _say_faults(warehouse)
    if options.docs:
        print(f"pages: {write(options.docs, findings)}", file=sys.stderr)
    if not options.no_keep:
        _keep(warehouse, findings)
    return 1 if marks or any(finding.stops for finding in findings) else 0


def check_after_build(project: Path, warehouse: Path, variables: Mapping[str, Any]) -> bool:
    """Run all guards after a build and print what is wrong; True unless one that stops failed."""
    if not is_installed():
        print("  guards      not run: Great Expectations is not installed", file=sys.stderr)
        return True
    findings = check(
        project,
        warehouse,
        scope=Scope(),
        variables=variables,
        today=datetime.date.today(),
    )
    _keep(warehouse, findings)
    print(as_text(findings))
    _say_faults(warehouse)
    return not any(finding.stops for finding in findings)


def is_installed() -> bool:
    """Say whether Great Expectations can be imported (it takes seconds to do so)."""
    return all(find_spec(name) for name in NEEDED)


def _say_faults(warehouse: Path) -> None:
    if line := closing_line(warehouse):
        print(line)


def _keep(warehouse: Path, findings: list[Finding]) -> None:
    try:
        keep(warehouse, findings, datetime.datetime.now(datetime.UTC))
    except UserError as error:
        print(f"the findings are not added to {TABLE}: {error}", file=sys.stderr)


def _day(text: str | None, today: datetime.date) -> datetime.date | None:
    if text is None or text == "today":
        return today if text else None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise UserError(f"--as-of {text} is no day; write YYYY-MM-DD or today") from error


class _Progress:
    """One line that moves in a terminal; one line every ten seconds elsewhere."""

    def __init__(self) -> None:
        self._moves = sys.stderr.isatty()
        self._begun = self._said = time.monotonic()

    def show(self, done: int, total: int) -> None:
        """Say how many questions are answered."""
        now = time.monotonic()
        line = f"  {done:>4} of {total} guards, {now - self._begun:3.0f} s"
        if self._moves:
            end = "\r\033[K" if done == total else ""
            print(f"\r\033[K{line}{end}", end="", file=sys.stderr, flush=True)
        elif now - self._said > 10:
            self._said = now
            print(line, file=sys.stderr, flush=True)
