"""`touchstone expected`: what has moved in the sample's agreed numbers, and agreeing to it."""

import argparse
import csv
import os
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import yaml

from touchstone.errors import UserError
from touchstone.locks.definitions import read_settings
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
            "  touchstone expected --all      all of it, however long the list is\n"
            "  touchstone expected --accept   show it, then write the new numbers into the seed\n"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--accept", action="store_true", help="write the new numbers: commit the file, say why"
    )
    parser.add_argument(
        "--all", action="store_true", help=f"show every number (default: the first {SHOWN_CHANGES})"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Compare; 0 when nothing moved or the change was accepted, else 1."""
    project = project_directory()
    path = project / AGREED_FILE
    warehouse = warehouse_path(project)
    refuse_other_settings(read_settings_agreed(project), warehouse)
    agreed, built = read_agreed(path), read_built(warehouse)
    changes = describe_changes(agreed, built)
    shown = len(changes) if options.all else SHOWN_CHANGES
    for line in changes[:shown]:
        print(line)
    if len(changes) > shown:
        print(f"... and {len(changes) - shown} more: touchstone expected --all")
    if not changes:
        print(f"{len(built)} agreed numbers, none moved")
        return 0
    print(f"{len(changes)} of {len(agreed.keys() | built.keys())} agreed numbers moved:")
    for name, count in count_changes(agreed, built).items():
        print(f"  {count:>5} of {name}")
    if not options.accept:
        return 1
    write_agreed(path, built)
    print(f"written to {AGREED_FILE}: commit it and say why; next: touchstone build")
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


def count_changes(agreed: Mapping[Key, Decimal], built: Mapping[Key, Decimal]) -> dict[str, int]:
    """Return how many numbers moved of each name."""
    names = (key[0] for key in agreed.keys() | built.keys() if agreed.get(key) != built.get(key))
    return dict(sorted(Counter(names).items()))


def read_settings_agreed(project: Path) -> dict[str, str]:
    """Return the settings under which the numbers were agreed: of the sample, and of its test."""
    seed = yaml.safe_load((project / AGREED_FILE).with_suffix(".yml").read_text(encoding="utf-8"))
    found = {"raw_data": "sample"}
    for test in seed["seeds"][0]["data_tests"]:
        settings = test.get("agreed_numbers_hold", {}).get("arguments", {}).get("settings", {})
        found.update({name: str(value) for name, value in settings.items()})
    return found


def refuse_other_settings(agreed: Mapping[str, str], warehouse: Path) -> None:
    """Raise UserError when the warehouse is of other data, or built with other settings."""
    with connect(warehouse, read_only=True) as connection:
        built = read_settings(connection)
    other = [f"{name} {built[name]}" for name in agreed if built.get(name) != agreed[name]]
    if other:
        raise UserError(
            f"{warehouse} is built with {', '.join(other)}: the agreed numbers are those of the "
            "sample with the settings of dbt_project.yml as it is delivered; build that first"
        )


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
