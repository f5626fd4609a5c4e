"""`touchstone sample`: write the sample company."""

import argparse
import shutil
import sys
import time
from pathlib import Path

from touchstone.errors import UserError
from touchstone.project import project_directory
from touchstone.sample.build import make_parts
from touchstone.sample.contracts import Contract, read_contracts
from touchstone.sample.files import Writer
from touchstone.sample.parameters import (
    MOST_ACCOUNTS,
    Settings,
    faults_asked,
    read_world,
    settings_of,
    touches_per_account,
)
from touchstone.sample.seed_settings import seed_settings

DEFAULT_SEED = 7
HELP = """\
Writes a made-up company, Kelda, that sells software to companies: who visited, who answered which
campaign, which leads sales took, which deals came of it, what all of it cost. Rows have causes:
planted effects of each channel decide who buys; brand search only captures what others created.

One file per raw table, in the columns of the source contracts (models/staging/*/_*.yml):
  OUTPUT/<system>/<system>__<table>.csv
and what really happened, which no model may read:
  TRUTH/truth_<thing>.csv

The same size, months, seed and faults give the same bytes on every machine. Parquet has the types
of the contracts, so the few values that are no number or date at all are written to CSV only.

Data of real companies have faults (touchstone faults lists them), and so has this one:
TRUTH/truth_fault.csv says which row has which. --faults none makes a clean company, --faults all
one that has every fault, --faults F01,F22 one that has only these.
"""
EXAMPLES = """\
examples:
  touchstone sample --output seeds/raw                 the default sample, as kept in the project
  touchstone sample --size tiny --output /tmp/tiny     200 accounts, 6 months
  touchstone sample --seed 8 --output /tmp/other       another company of the same kind
  touchstone sample --faults none --output /tmp/clean  a company without faults
  touchstone sample --faults all --accounts 120 --months 12 --output /tmp/dirty     and one with all
  touchstone sample --touches 1e7 --format parquet --output /tmp/bench     10 million touchpoints
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    sizes = read_world()["sizes"]
    listed = ", ".join(f"{name} {row['accounts']:,} accounts" for name, row in sizes.items())
    parser = subparsers.add_parser(
        "sample",
        help="write the sample company: raw tables, and the truth behind them",
        description=HELP,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument(
        "--size", choices=list(sizes), default="small", help=f"{listed} (default: small)"
    )
    size.add_argument(
        "--accounts", type=int, metavar="N", help="any number of accounts instead of a size"
    )
    size.add_argument(
        "--touches",
        type=float,
        metavar="N",
        help="a company with traffic: about N raw touchpoints (1e7), 100 of them for each deal",
    )
    parser.add_argument(
        "--months", type=int, metavar="N", help="months from January 2023 (default: 36; tiny: 6)"
    )
    parser.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, help=f"which company (default: {DEFAULT_SEED})"
    )
    parser.add_argument(
        "--faults",
        default="usual",
        metavar="WHICH",
        help="usual (those of the kept sample, default), all, none, or ids such as F01,F22",
    )
    parser.add_argument("--format", choices=["csv", "parquet"], default="csv", help="default: csv")
    parser.add_argument(
        "--output", type=Path, required=True, metavar="DIR", help="folder of the raw tables"
    )
    parser.add_argument(
        "--truth",
        type=Path,
        metavar="DIR",
        help="folder of the truth tables (default: OUTPUT/truth, or target/truth for seeds/raw)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the sample as the options say."""
    project = project_directory()
    contracts = read_contracts(project)
    settings = settings_asked(options)
    output: Path = options.output.absolute()
    check_output(output)
    in_seeds = output.is_relative_to(project / "seeds")
    truth = (options.truth or (project / "target" if in_seeds else output) / "truth").absolute()
    started = time.monotonic()
    rows = write_sample(contracts, output, truth, settings, options.format)
    if in_seeds and options.format == "csv":
        for system, content in seed_settings(contracts).items():
            path = output / system / f"_{system}_seeds.yml"
            path.write_text(content, encoding="utf-8", newline="\n")
    print_result(rows, output, truth, time.monotonic() - started)
    return 0


def settings_asked(options: argparse.Namespace) -> Settings:
    """Return the settings that the options ask for."""
    row = read_world()["sizes"][options.size]
    is_sized = options.accounts is None and options.touches is None
    months = row["months"] if is_sized else 36
    if options.months is not None:
        months = options.months
    faults = faults_asked(options.faults)
    if options.touches is not None:
        return settings_of_touches(options.touches, months, options.seed, faults)
    accounts = options.accounts if options.accounts is not None else row["accounts"]
    check_numbers(accounts, months, options.seed)
    return settings_of(accounts, months, options.seed, faults=faults)


def settings_of_touches(
    touches: float, months: int, seed: int, faults: frozenset[str] | None = None
) -> Settings:
    """Return the settings of a company of about so many raw touchpoints."""
    least, most = 20 * touches_per_account(), MOST_ACCOUNTS * touches_per_account()
    if not least <= touches <= most:
        raise UserError(
            f"--touches {touches:g}: between {least:g} and {most:.0e}; use several seeds for more"
        )
    accounts = round(touches / touches_per_account())
    check_numbers(accounts, months, seed)
    returns = read_world()["traffic"]["returns"]
    return settings_of(accounts, months, seed, returns=returns, faults=faults)


def check_numbers(accounts: int, months: int, seed: int) -> None:
    """Refuse sizes that make no company."""
    if accounts < 20:
        raise UserError(f"--accounts {accounts}: at least 20 are needed for a company with deals")
    if accounts > MOST_ACCOUNTS:
        raise UserError(
            f"--accounts {accounts}: {MOST_ACCOUNTS:,} at most; use several seeds for more"
        )
    if not 3 <= months <= 120:
        raise UserError(f"--months {months}: between 3 and 120, please")
    if seed < 0:
        raise UserError(f"--seed {seed}: a whole number from 0, please")


def check_output(output: Path) -> None:
    """Refuse an output that is a file or cannot be made."""
    if output.exists() and not output.is_dir():
        raise UserError(f"--output {output} is a file; name a folder")
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"--output {output} cannot be made: {error.strerror}; name another folder"
        ) from error


def write_sample(
    contracts: dict[tuple[str, str], Contract],
    output: Path,
    truth: Path,
    settings: Settings,
    file_format: str,
) -> dict[str, int]:
    """Write all raw tables and the truth; return the rows of each raw table."""
    for system in {contract.system for contract in contracts.values()}:
        shutil.rmtree(output / system, ignore_errors=True)
    raw, behind = Writer(output, file_format), Writer(truth, file_format)
    try:
        for part in make_parts(settings, contracts, progress, as_csv=file_format == "csv"):
            for key, table in part.tables.items():
                raw.write(f"{key[0]}/{contracts[key].name}", table)
            for name, table in part.truths.items():
                behind.write(f"truth_{name}", table)
    finally:
        raw.close()
        behind.close()
    return raw.rows


def progress(message: str) -> None:
    """Say on stderr what is being done."""
    print(f"sample: {message}", file=sys.stderr, flush=True)


def print_result(rows: dict[str, int], output: Path, truth: Path, elapsed: float) -> None:
    """Print the rows of each table."""
    for name, count in sorted(rows.items()):
        print(f"{count:>12,}  {name.split('/')[-1]}")
    total = f"{sum(rows.values()):>12,}  rows in {len(rows)} tables, {elapsed:.1f} s"
    print(f"{total}, in {output}; the truth in {truth}")
