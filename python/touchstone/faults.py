"""`touchstone faults`: the faults found in the data, and how many of the planted ones were."""

import argparse
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

import duckdb

from touchstone.errors import UserError
from touchstone.project import connect, project_directory, warehouse_path

DETECTED = "quality.detected_faults"
COUNTED = "quality.data_faults"
SHOWN_ROWS = 20
TRUTH_COLUMNS = (
    "system_name",
    "table_name",
    "row_id",
    "column_name",
    "fault_id",
    "original_value",
    "is_visible",
)
HELP = f"""\
Data of real companies have faults: leads entered twice, deals without a currency, clicks of robots.
The project knows the kinds in seeds/definitions/fault_treatments.csv (spec 5.6), finds
their rows in every build ({DETECTED}), and says of each what becomes of it in the numbers.
Nothing is mended and nothing is dropped in silence.

Evidence: structural: the data prove it; statistical: a suspicion; trace: one delivery cannot show
it, so it is found by what it leaves behind.

With --truth the rows found are held against those that `touchstone sample` planted: planted,
detected, missed, and flagged without having been planted. Exit code 1 when a planted row of a
structural fault is missed.
"""
EXAMPLES = """\
examples:
  touchstone faults                              what is in the data, and what is done with it
  touchstone faults --fault F13                  the rows of one fault
  touchstone faults --format markdown            for a ticket; json for a machine
  touchstone faults --truth target/truth         planted against detected, of the sample
"""

RowKey = tuple[str, str, str]  # system, table, key of the row
Found = Mapping[str, AbstractSet[RowKey]]  # fault id -> rows


@dataclass(frozen=True)
class Fault:
    """One kind of fault, as agreed, and in how many rows it was found."""

    fault_id: str
    name: str
    treatment: str
    evidence: str
    detected_count: int


@dataclass(frozen=True)
class Score:
    """The rows of one fault that were planted, found, missed, and flagged without being planted."""

    planted: frozenset[RowKey]
    unseen: frozenset[RowKey]  # planted, but deleted, unreadable or gone by another fault
    detected: frozenset[RowKey]

    @property
    def hits(self) -> frozenset[RowKey]:
        """Planted rows that were found."""
        return self.planted & self.detected

    @property
    def missed(self) -> frozenset[RowKey]:
        """Planted rows that were not found."""
        return self.planted - self.detected

    @property
    def wrong(self) -> frozenset[RowKey]:
        """Rows flagged that nobody planted."""
        return self.detected - self.planted - self.unseen


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `faults`."""
    parser = subparsers.add_parser(
        "faults",
        help="the faults found in the data, and what is done with them",
        description=HELP,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--fault", metavar="ID", help="list the rows of one fault, such as F13")
    parser.add_argument(
        "--truth", type=Path, metavar="DIR", help="folder of truth_fault, written by the sample"
    )
    parser.add_argument(
        "--rows", type=int, default=SHOWN_ROWS, help=f"rows to list (default {SHOWN_ROWS})"
    )
    parser.add_argument(
        "--format", choices=["text", "markdown", "json"], default="text", help="default: text"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the faults; 1 when a planted row of a structural fault was missed, else 0."""
    with connect(warehouse_path(project_directory()), read_only=True) as connection:
        faults = read_faults(connection)
        if options.fault:
            fault = _named(faults, options.fault)
        detected = read_detected(connection)
        planted = read_truth(options.truth) if options.truth else None
        details = read_details(connection, options.fault) if options.fault else {}
    if options.fault:
        print(_rows_of(fault, details, planted, options.rows, options.format))
        return 0
    if planted is None:
        print(_counts(faults, options.format))
        return 0
    scores = score(faults, planted, detected)
    print(_scores(faults, scores, options.format))
    missed = [f for f in faults if f.evidence == "structural" and scores[f.fault_id].missed]
    return 1 if missed else 0


def read_faults(connection: duckdb.DuckDBPyConnection) -> list[Fault]:
    """Return the faults with their counts, by id."""
    try:
        rows = connection.execute(
            f"select fault_id, fault_name, treatment, evidence, detected_count from {COUNTED} "
            "order by fault_id"
        ).fetchall()
    except duckdb.Error as error:
        raise UserError(f"the warehouse has no {COUNTED} yet; build it: make build") from error
    return [Fault(*row) for row in rows]


def read_detected(connection: duckdb.DuckDBPyConnection) -> dict[str, set[RowKey]]:
    """Return the rows found, by fault."""
    found: dict[str, set[RowKey]] = defaultdict(set)
    for fault_id, *row in connection.execute(
        f"select fault_id, source_system, source_table, coalesce(row_key, '') from {DETECTED}"
    ).fetchall():
        found[fault_id].add((row[0], row[1], row[2]))
    return found


def read_details(connection: duckdb.DuckDBPyConnection, fault_id: str) -> dict[RowKey, str]:
    """Return what was seen in the rows of one fault."""
    rows = connection.execute(
        "select source_system, source_table, coalesce(row_key, ''), fault_detail "
        f"from {DETECTED} where fault_id = ? order by all",
        [fault_id.upper()],
    ).fetchall()
    return {(row[0], row[1], row[2]): row[3] for row in rows}


def read_truth(folder: Path) -> dict[str, dict[RowKey, bool]]:
    """Return the planted rows by fault, and whether a delivery can still show them."""
    files = [folder / f"truth_fault.{ending}" for ending in ("csv", "parquet")]
    path = next((file for file in files if file.is_file()), None)
    if path is None:
        raise UserError(
            f"--truth {folder} holds no truth_fault.csv or .parquet; "
            "touchstone sample writes it into its --truth folder"
        )
    reader = (
        "read_parquet(?)"
        if path.suffix == ".parquet"
        else "read_csv(?, delim = ',', quote = '\"', header = true, all_varchar = true)"
    )
    names = ", ".join(f"cast({name} as varchar)" for name in TRUTH_COLUMNS)
    try:
        rows = duckdb.connect().execute(f"select {names} from {reader}", [str(path)]).fetchall()
    except duckdb.Error as error:
        raise UserError(
            f"{path} is not what touchstone sample writes ({', '.join(TRUTH_COLUMNS)}): "
            f"{str(error).splitlines()[0]}"
        ) from error
    planted: dict[str, dict[RowKey, bool]] = defaultdict(dict)
    for system, table, row_id, _column, fault_id, _original, visible in rows:
        row = (system, table, row_id or "")
        planted[fault_id][row] = planted[fault_id].get(row, False) or visible == "true"
    return planted


def score(
    faults: Sequence[Fault], planted: Mapping[str, Mapping[RowKey, bool]], detected: Found
) -> dict[str, Score]:
    """Return the score of each fault."""
    return {
        fault.fault_id: Score(
            frozenset(r for r, seen in planted.get(fault.fault_id, {}).items() if seen),
            frozenset(r for r, seen in planted.get(fault.fault_id, {}).items() if not seen),
            frozenset(detected.get(fault.fault_id, ())),
        )
        for fault in faults
    }


def summary(faults: Sequence[Fault]) -> str:
    """Return one line for the end of another report."""
    rows = sum(fault.detected_count for fault in faults)
    kinds = sum(fault.detected_count > 0 for fault in faults)
    return (
        f"data faults: {rows:,} rows in {kinds} kinds, each with its treatment: touchstone faults"
    )


def closing_line(warehouse: Path) -> str:
    """Return the summary of a warehouse, empty when it has none yet."""
    with connect(warehouse, read_only=True) as connection:
        try:
            return summary(read_faults(connection))
        except UserError:
            return ""


def _named(faults: Sequence[Fault], fault_id: str) -> Fault:
    for fault in faults:
        if fault.fault_id == fault_id.upper():
            return fault
    raise UserError(f"--fault {fault_id}: no fault has this id; touchstone faults lists them")


def _counts(faults: Sequence[Fault], file_format: str) -> str:
    if file_format == "json":
        return json.dumps([vars(fault) for fault in faults], indent=2)
    if file_format == "markdown":
        header = ("fault", "rows", "evidence", "what is done with it")
        cells = [
            (f"{f.fault_id} {f.name}", f"{f.detected_count:,}", f.evidence, f.treatment)
            for f in faults
        ]
        return _markdown(header, cells, "|---|---:|---|---|", "## Data faults", summary(faults))
    found = [fault for fault in faults if fault.detected_count]
    lines = []
    for fault in found:
        lines.append(
            f"{fault.fault_id} {fault.detected_count:>9,}  {fault.name} ({fault.evidence})"
        )
        lines.append(f"{'':15}{fault.treatment}")
    none = [fault.fault_id for fault in faults if not fault.detected_count]
    if none:
        lines.append(f"not found: {', '.join(none)}")
    return "\n".join([*lines, summary(faults)])


def _scores(faults: Sequence[Fault], scores: Mapping[str, Score], file_format: str) -> str:
    rows = []
    for fault in faults:
        of = scores[fault.fault_id]
        counts = (len(of.planted), len(of.hits), len(of.missed), len(of.wrong), len(of.unseen))
        rows.append((fault, counts))
    names = ("planted", "detected", "missed", "wrongly flagged", "not to be seen")
    if file_format == "json":
        return json.dumps(
            [
                {
                    "fault_id": fault.fault_id,
                    "fault_name": fault.name,
                    "evidence": fault.evidence,
                    **dict(zip([name.replace(" ", "_") for name in names], counts, strict=True)),
                }
                for fault, counts in rows
            ],
            indent=2,
        )
    total = tuple(sum(counts[at] for _, counts in rows) for at in range(len(names)))
    said = ", ".join(f"{count:,} {name}" for count, name in zip(total, names, strict=True))
    if file_format == "markdown":
        cells = [
            (f"{fault.fault_id} {fault.name}", fault.evidence, *(f"{n:,}" for n in counts))
            for fault, counts in rows
        ]
        rule = "|---|---|" + "---:|" * len(names)
        return _markdown(("fault", "evidence", *names), cells, rule, "## Planted faults", said)
    head = f"{'':4}{''.join(f'{name:>16}' for name in names)}"
    lines = [
        f"{fault.fault_id} {''.join(f'{n:>16,}' for n in counts)}  {fault.name} ({fault.evidence})"
        for fault, counts in rows
    ]
    return "\n".join([head, *lines, said])


def _rows_of(
    fault: Fault,
    details: Mapping[RowKey, str],
    planted: Mapping[str, Mapping[RowKey, bool]] | None,
    shown: int,
    file_format: str,
) -> str:
    truth = None if planted is None else planted.get(fault.fault_id, {})
    rows = [(*row, detail, _verdict(row, truth)) for row, detail in sorted(details.items())]
    for row, visible in sorted((truth or {}).items()):
        if visible and row not in details:
            rows.append((*row, "", "missed"))
    if file_format == "json":
        names = ("source_system", "source_table", "row_key", "fault_detail", "verdict")
        return json.dumps(
            {**vars(fault), "rows": [dict(zip(names, row, strict=True)) for row in rows]}, indent=2
        )
    wanted = sorted(rows, key=lambda row: row[4] in ("", "planted"))[:shown]
    rest = f"... and {len(rows) - shown:,} more: --rows N" if len(rows) > shown else ""
    head = f"{fault.fault_id} {fault.name} ({fault.evidence}): {fault.treatment}"
    if file_format == "markdown":
        cells = [(f"{row[0]}.{row[1]}", *row[2:]) for row in wanted]
        return _markdown(
            ("table", "row", "seen", "verdict"), cells, "|---|---|---|---|", f"## {head}", rest
        )
    lines = [f"  {row[0]}.{row[1]} {row[2]}  {row[3]}  {row[4]}".rstrip() for row in wanted]
    return "\n".join([head, *lines, *([rest] if rest else [])])


def _verdict(row: RowKey, truth: Mapping[RowKey, bool] | None) -> str:
    if truth is None:
        return ""
    return "planted" if row in truth else "not planted"


def _markdown(
    header: Sequence[str], rows: Sequence[Sequence[str]], rule: str, title: str, said: str
) -> str:
    lines = [title, "", said, ""] if said else [title, ""]
    lines += [_cells(header), rule, *(_cells(row) for row in rows)]
    return "\n".join(lines)


def _cells(values: Sequence[str]) -> str:
    return "| " + " | ".join(value.replace("|", "\\|") for value in values) + " |"
