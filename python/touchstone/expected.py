"""`touchstone expected`: what has moved in the sample's agreed numbers, and agreeing to it."""

import argparse
import csv
import os
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from touchstone.errors import UserError
from touchstone.project import connect, project_directory, warehouse_path

AGREED_FILE = Path("seeds") / "expected" / "expected_numbers.csv"
COLUMNS = ("number_name", "slice_name", "period_start_date", "number_value")
REMEMBERED = "quality.remembered_numbers"
SHOWN_CHANGES = 40

Key = tuple[str, str, str]


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `expected`."""
    parser = subparsers.add_parser(
        "expected",
        help="show which of the sample's agreed numbers moved, and agree to it",
        description=(
            f"Compares the built warehouse of the sample company with {AGREED_FILE}, the memory of "
            "the project, and prints every number that moved. The same comparison is a dbt test."
        ),
        epilog=(
            "examples:\n"
            "  touchstone expected            what moved; 1 when something did\n"
            "  touchstone expected --accept   show it, then write the new numbers into the seed\n"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--accept", action="store_true", help="write the new numbers: commit the file, say why"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Compare; 0 when nothing moved or the change was accepted, else 1."""
    project = project_directory()
    path = project / AGREED_FILE
    agreed, built = read_agreed(path), read_built(warehouse_path(project))
    changes = describe_changes(agreed, built)
    for line in changes[:SHOWN_CHANGES]:
        print(line)
    if len(changes) > SHOWN_CHANGES:
        print(f"... and {len(changes) - SHOWN_CHANGES} more")
    if not changes:
        print(f"{len(built)} agreed numbers, none moved")
        return 0
    print(f"{len(changes)} of {len(agreed.keys() | built.keys())} agreed numbers moved")
    if not options.accept:
        return 1
    write_agreed(path, built)
    print(f"written to {AGREED_FILE}; load it with: touchstone build --select expected_numbers+")
    return 0


def describe_changes(agreed: Mapping[Key, Decimal], built: Mapping[Key, Decimal]) -> list[str]:
    """Return one line per number that is new, gone or different."""
    lines = []
    for key in sorted(agreed.keys() | built.keys()):
        before, after = agreed.get(key), built.get(key)
        if before == after:
            continue
        moved = f"{after - before:+,}" if before is not None and after is not None else ""
        name, of_what, period = key
        lines.append(f"{name}  {of_what}  {period}  {_shown(before)} -> {_shown(after)}  {moved}")
    return [line.rstrip() for line in lines]


def read_agreed(path: Path) -> dict[Key, Decimal]:
    """Read the agreed numbers; raise UserError when the file or a row of it cannot be used."""
    if not path.exists():
        raise UserError(f"{path} does not exist; get it back with: git checkout {AGREED_FILE}")
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    try:
        return {_key(row): Decimal(row["number_value"]) for row in rows}
    except (KeyError, ArithmeticError) as error:
        raise UserError(
            f"{path} has a row without the columns {', '.join(COLUMNS)} or with a value that is no "
            "number; the file is written by touchstone expected --accept"
        ) from error


def read_built(warehouse: Path) -> dict[Key, Decimal]:
    """Read the numbers of the warehouse as it is built now."""
    with connect(warehouse, read_only=True) as connection:
        try:
            rows = connection.execute(f"select {', '.join(COLUMNS)} from {REMEMBERED}").fetchall()
        except Exception as error:
            raise UserError(f"{warehouse} has no {REMEMBERED}; build it: make build") from error
    return {(name, of_what, period.isoformat()): value for name, of_what, period, value in rows}


def write_agreed(path: Path, numbers: Mapping[Key, Decimal]) -> None:
    """Write the numbers, sorted, in one step."""
    partial = path.with_suffix(".partial")
    with partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((*key, value) for key, value in sorted(numbers.items()))
    os.replace(partial, path)


def _key(row: Mapping[str, str]) -> Key:
    return row["number_name"], row["slice_name"], row["period_start_date"]


def _shown(value: Decimal | None) -> str:
    return "none" if value is None else f"{value:,}"
