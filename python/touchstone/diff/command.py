"""`touchstone diff`: which definitions a change touches, and which numbers move by it."""

import argparse
import datetime
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from touchstone.definition_rows import check_definitions
from touchstone.errors import UserError
from touchstone.metrics.values import CUTS, GRAINS
from touchstone.project import connect, project_directory, warehouse_path
from touchstone.settings import in_force

FORMATS = ("text", "markdown", "json")
WORK = Path("target") / "diff"
DESCRIPTION = """\
Builds a base (a commit) and the working tree, edits not yet committed included, on the same data,
and says which definitions, settings, models and public columns differ, which metrics that reaches,
which numbers moved by how much, and by which deals, leads and touches.

It fails (exit code 1) when
  - a number moved, and neither a version was raised nor a line of CHANGELOG.md names what moved it,
  - a definition says something else and kept its version, or its new version is not listed,
  - periods before the day from which a change applies moved, or a locked period,
  - a metric is gone, or a column of a public table is gone or has another type, without a word.
"""
EXAMPLES = """\
examples:
  touchstone diff                               against where this work left the main branch
  touchstone diff --base HEAD                   what is not committed yet
  touchstone diff --base v1.2 --grain month --by channel segment
  touchstone diff --markdown diff.md --json diff.json       what CI posts and keeps
  touchstone diff --vars '{raw_data: sample}'   on the sample, not the company you loaded

settings: [tool.touchstone.diff] in pyproject.toml; docs/pull_requests.md tells what there is.
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `diff`."""
    parser = subparsers.add_parser(
        "diff",
        help="say which definitions a change touches and which numbers move",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--base",
        metavar="REF",
        help="branch, tag or commit to compare with, at its last common commit with this work "
        "(default: origin/main, else main)",
    )
    parser.add_argument("--grain", choices=GRAINS, help="periods of the tables (default: quarter)")
    parser.add_argument(
        "--by", nargs="*", choices=CUTS, metavar="CUT",
        help=f"cuts shown beside the totals: {', '.join(CUTS)} (default: channel)",
    )  # fmt: skip
    parser.add_argument("--format", choices=FORMATS, default="text", help="printed (default: text)")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the comment here too")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything here too")
    parser.add_argument(
        "--vars", default="{}", help="dbt vars of both builds, over what a load kept"
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="FILE",
        help="the warehouse with the raw tables of a loaded company (default: the project's own); "
        "it is only read",
    )
    parser.add_argument(
        "--work", type=Path, metavar="DIR", help=f"folder for the builds (default: {WORK})"
    )
    parser.add_argument("--fresh", action="store_true", help="build again what was built before")
    parser.add_argument("--no-color", action="store_true", help="no colour in a terminal")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Compare and report; 0 when all was agreed, else 1."""
    from touchstone.diff.compare import compare
    from touchstone.diff.report import written
    from touchstone.diff.settings import read_settings
    from touchstone.diff.sides import default_base, find_revision

    project = project_directory()
    for path in (options.markdown, options.json):
        if path and not path.absolute().parent.is_dir():
            raise UserError(f"{path}: there is no folder {path.parent}; make it, or name another")
    check_definitions(project)
    settings = read_settings(project)
    if options.grain:
        settings = replace(settings, grain=options.grain)
    if options.by is not None:
        settings = replace(settings, by=tuple(options.by))
    revision = find_revision(project, options.base or default_base(project))
    print(f"comparing {revision.told} with the working tree", file=sys.stderr)
    comparison = compare(
        project,
        revision,
        _data(project, options.vars, options.data),
        work=(options.work or project / WORK).absolute(),
        settings=settings,
        fresh=options.fresh,
        today=datetime.date.today(),
    )
    for path, kind in ((options.markdown, "markdown"), (options.json, "json")):
        if path:
            path.write_text(written(comparison, kind), encoding="utf-8")
    colour = sys.stdout.isatty() and not options.no_color and "NO_COLOR" not in os.environ
    print(written(comparison, options.format, colour=colour))
    return 0 if comparison.passes else 1


def _data(project: Path, variables: str, warehouse: Path | None) -> Any:
    """Return what both sides are built on."""
    from touchstone.diff.sides import Data

    path = (warehouse or warehouse_path(project)).absolute()
    if warehouse:
        connect(path, read_only=True).close()
    settings = in_force(project, path, variables)
    for line in settings.told():
        print(line, file=sys.stderr)
    if not settings.is_loaded:
        if warehouse:
            raise UserError("--data names loaded data; add --vars '{raw_data: loaded}'")
        return Data(settings.values, None)
    connect(path, read_only=True).close()
    return Data(settings.values, path)
