"""The `touchstone` command: each subcommand is a module with `add_parser`."""

import argparse
import os
import sys
from collections.abc import Sequence

from touchstone import build, expected, query, summary
from touchstone.bench import command as bench
from touchstone.checks import command as check
from touchstone.diff import command as diff
from touchstone.errors import UserError
from touchstone.load import command as load
from touchstone.locks import command as lock
from touchstone.metrics import command as metrics
from touchstone.sample import command as sample
from touchstone.spark import command as spark

EXIT_USER_ERROR = 2
COMMANDS = (
    build, summary, query, metrics, lock, check, diff, load, sample, expected, bench, spark,
)  # fmt: skip


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command."""
    parser = argparse.ArgumentParser(
        prog="touchstone",
        description="B2B marketing numbers that add up to the CRM.",
    )
    subparsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_parser(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code (0 done, 1 a check failed, 2 a mistake of the user)."""
    options = build_parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except UserError as error:
        print(f"touchstone: {error}", file=sys.stderr)
        return EXIT_USER_ERROR


def entry() -> None:
    """Run the command of this process and end it."""
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # As Python tears down, DuckDB 2.0's bindings print forty lines of "nanobind: leaked"; there is
    # nothing more to say, so nobody listens.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sys.exit(code)
