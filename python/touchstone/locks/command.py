"""`touchstone lock`: agree to the numbers of a period for good, see what moved since, restate."""

import argparse
from datetime import date

import duckdb

from touchstone.errors import UserError
from touchstone.locks.agreed import FOLDER, newest
from touchstone.locks.locking import Agreement, lock_period, restate
from touchstone.locks.numbers import count_numbers, load
from touchstone.locks.periods import read_period
from touchstone.locks.report import after_locking, as_text, read_today
from touchstone.marks import read_marks
from touchstone.project import connect, project_directory, warehouse_path


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `lock`."""
    parser = subparsers.add_parser(
        "lock",
        help="lock the numbers of a period, see what moved since, or restate them",
        description=(
            "Stores the numbers of a period as agreed: all metrics and totals of credit of the "
            "last build, with the versions of all definitions, in the files of seeds/locked. From "
            "then on a build that would move them keeps the published ones in "
            "quality.metric_values and quality.published_credits_by_month, and says what moved and "
            "because of which rows in quality.restatements. Without a period it lists what is "
            "locked and what has moved since."
        ),
        epilog=(
            "examples:\n"
            "  touchstone lock                     what is locked, and what has moved since\n"
            '  touchstone lock 2025-Q3 --agreed-by "CFO and CRO" --reason "board of October"\n'
            "  touchstone lock 2025-08 ...         a month; 2025 is a year\n"
            "  touchstone lock FY2025-Q3 ...       a fiscal quarter; FY2025 is the year that ends\n"
            "                                      in 2025\n"
            "  touchstone lock 2025-Q3 --restate \\\n"
            '      --agreed-by "CFO and CRO" --reason "invoices that came late"\n'
            "\n"
            "docs/locked_periods.md has the tables and the queries.\n"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "period", nargs="?", help="2025-Q3, 2025-08, 2025, FY2025-Q3 or FY2025 (default: list)"
    )
    parser.add_argument("--list", action="store_true", help="list what is locked and what moved")
    parser.add_argument(
        "--restate",
        action="store_true",
        help="publish today's numbers for a locked period, the old ones beside them",
    )
    parser.add_argument("--agreed-by", metavar="ROLES", help="who agreed: roles, not people")
    parser.add_argument("--reason", help="one line of why")
    parser.add_argument(
        "--agreed-on", metavar="DAY", help="day of the agreement, YYYY-MM-DD (default: today)"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """List, lock or restate; 0 when done."""
    project = project_directory()
    warehouse = warehouse_path(project)
    if options.list or not options.period:
        if options.restate or (options.list and options.period):
            raise UserError("name a period to lock or to restate it, or --list to see all of them")
        with duckdb.connect() as memory:  # the files are checked as a build checks them
            locks = newest(load(memory, project / FOLDER))
            counts = count_numbers(memory)
        today = None
        if locks and warehouse.exists():
            with connect(warehouse, read_only=True) as connection:
                today = read_today(connection, locks)
        print(as_text(locks, counts, today))
        return 0
    read_period(options.period, 1)  # a misspelled one is said first
    agreement = _agreement(options)
    if marks := read_marks(warehouse):
        raise UserError("numbers cannot be published from this warehouse: " + "\n  ".join(marks))
    if not options.restate:
        outcome = lock_period(project, warehouse, options.period, agreement)
    elif (restated := restate(project, warehouse, options.period, agreement)) is not None:
        outcome = restated
    else:
        print(f"no number of {options.period} has moved: there is nothing to restate")
        return 0
    print("\n".join(after_locking(outcome)))
    return 0


def _agreement(options: argparse.Namespace) -> Agreement:
    for option, value in (("--agreed-by", options.agreed_by), ("--reason", options.reason)):
        if not value or not value.strip():
            raise UserError(
                f"{option} is missing: say who agreed to the numbers and why, such as "
                '--agreed-by "CFO and CRO" --reason "board of October"'
            )
    if "@" in options.agreed_by:
        raise UserError("--agreed-by takes roles, such as CFO, and no address of a person")
    agreed_on = date.today()
    if options.agreed_on:
        try:
            agreed_on = date.fromisoformat(options.agreed_on)
        except ValueError as error:
            raise UserError(
                f"--agreed-on {options.agreed_on} is no day; write YYYY-MM-DD"
            ) from error
    one_line = " ".join(options.reason.split())
    return Agreement(" ".join(options.agreed_by.split()), agreed_on, one_line)
