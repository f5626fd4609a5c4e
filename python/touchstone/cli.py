"""The `touchstone` command: each subcommand is a module with `add_parser`."""

import argparse
import os
import sys
from collections.abc import Sequence

import duckdb

from touchstone import build, expected, faults, query, summary
from touchstone.bench import command as bench
from touchstone.checks import command as check
from touchstone.diff import command as diff
from touchstone.errors import UserError, meaning_of
from touchstone.load import command as load
from touchstone.locks import command as lock
from touchstone.metrics import command as metrics
from touchstone.sample import command as sample
from touchstone.spark import command as spark

EXIT_USER_ERROR = 2
# as a shell says it of a program that a signal has ended
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141
COMMANDS = (
    build, summary, query, metrics, lock, check, faults, diff, load, sample, expected, bench,
    spark,
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
    except KeyboardInterrupt:
        print(
            "\ntouchstone: stopped; what was done stays, and the same command goes on from there",
            file=sys.stderr,
        )
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        return _nobody_listens()
    except (OSError, duckdb.Error, MemoryError) as error:
        meaning = meaning_of(error)
        if meaning is None:
            raise
        print(f"touchstone: {meaning}", file=sys.stderr)
        return EXIT_USER_ERROR


def _nobody_listens() -> int:
    """Whoever read what we print has ended, as `| head` does: no mistake, and nothing to say."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return EXIT_BROKEN_PIPE


def entry() -> None:
    """Run the command of this process and end it."""
    code = main()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = _nobody_listens()
    sys.stderr.flush()
    # As Python tears down, DuckDB 2.0's bindings print forty lines of "nanobind: leaked"; there is
    # nothing more to say, so nobody listens.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sys.exit(code)
