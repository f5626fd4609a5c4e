"""`touchstone load`: bring your own data."""

import argparse
import json
import os
import shlex
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

from touchstone.build import build
from touchstone.definition_rows import check_definitions
from touchstone.errors import UserError
from touchstone.load.contract import read_contract
from touchstone.load.drafting import mapping_of_shape, print_draft
from touchstone.load.identity import identity_mapping
from touchstone.load.loading import Outcome, load
from touchstone.load.mapping import COMPANIES, find_mapping, listed, read_mapping
from touchstone.load.shapes import shape_names, shapes_named
from touchstone.load.template import template
from touchstone.project import WAREHOUSE_VARIABLE, project_directory, read_vars, warehouse_path
from touchstone.settings import check_settings, keep_for_dbt

_EPILOG = """\
A mapping is a short YAML file: for each source table, the file its rows come from and which of
your columns is which of ours. Two companies come with the project, as examples to copy from
({companies}):

  olist.yml       a marketplace: 8,000 leads and 842 won deals in two files, joined; the amount of
                  a deal is the sum of its order items; where a lead came from is a value map
  maven_crm.yml   a seller of hardware: one file of deals; stages and a misspelled product are
                  value maps; no leads, no campaigns, and the reports say what they lack

A part of the second:

  company: Maven CRM
  settings: {{reporting_currency: USD}}
  tables:
    crm.opportunities:
      from: sales_pipeline.csv
      columns:
        id: opportunity_id                                  # ours: theirs
        account_id: account
        amount: close_value
        currency_iso_code: {{constant: USD}}
        stage_name:
          column: deal_stage
          values: {{Won: Closed Won, Lost: Closed Lost}}      # case does not matter
        created_date: {{column: engage_date, date_format: YYYY-MM-DD}}

Rows of one key: of the newest stamp, else of the newest load, else the later one (files by name,
then rows) counts, and the closing lines say what gave way. Rows of a cost that differ are asked:
`breakdown: [Device]` beside `from:` sums them, `several: latest` takes the later one; `several:
error` asks the same of any other table.

Also: {{first_of: [a, b]}}, {{template: "deal-{{id}}"}}, {{has_value: a}}, joins of one more
file, rows to keep (only, except, only_with, one_row_per), several parts for one table, delimiter,
encoding, decimal comma, time zone. `touchstone load --template all` prints every key, every table
and every column, with its unit and what is lost without it.

A file that cannot be right stops the load with its name, the row and what to do, and the warehouse
stays as it was. A single value that cannot be read does not: its row is set aside by dbt, with the
reason, in quality.quarantined_rows.

examples:
  touchstone load exports/ --draft > acme.yml              a mapping drafted from your files
  touchstone load exports/ --mapping hubspot --vars '{{reporting_time_zone: Europe/Berlin}}'
                                                           known exports need none: {shapes}
  touchstone load exports/ --mapping acme.yml --check      check everything, write nothing
  touchstone load exports/ --mapping acme.yml              load; the settings stay with the rows
  touchstone load exports/ --mapping acme.yml --build      load, then build
  touchstone load ../shared/data/olist --mapping olist     a company that comes with the project
  touchstone load sample/                                  files named crm__leads.csv or
                                                           crm/leads.parquet need no mapping
  touchstone load exports/monday --mapping acme.yml --append --build     a day more
  touchstone load --template crm > acme.yml                a mapping to fill in
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `load`."""
    parser = subparsers.add_parser(
        "load",
        help="load your own CSV or Parquet files as the source tables",
        description="Takes a folder of CSV or Parquet files and a mapping, checks and loads them.",
        epilog=_EPILOG.format(companies=COMPANIES, shapes=", ".join(shape_names())),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", nargs="?", type=Path, help="folder of the files")
    parser.add_argument(
        "--mapping",
        metavar="FILE",
        help="the mapping, or the name of one that comes with the project, or of a known export",
    )
    parser.add_argument(
        "--draft",
        action="store_true",
        help="print a mapping drafted from the files of the folder, with what only you can know",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help=(
            "check everything and write nothing; names what no definition knows (stages, statuses, "
            "sources, currencies, campaigns), with the rows to add"
        ),
    )
    parser.add_argument(
        "--json", action="store_true", help="with --check: the findings as JSON instead of text"
    )
    parser.add_argument(
        "--append",
        action="store_true",
        help=(
            "add the rows to those of earlier loads (a day's files) instead of taking their place; "
            "of rows with one key the newest stamp counts, else the newest load"
        ),
    )
    parser.add_argument("--build", action="store_true", help="build the warehouse afterwards")
    parser.add_argument(
        "--vars",
        default="{}",
        metavar="YAML",
        help="settings over those of the mapping, as {reporting_time_zone: Europe/Berlin}",
    )
    parser.add_argument(
        "--warehouse", type=Path, metavar="FILE", help="another warehouse file than the usual one"
    )
    parser.add_argument(
        "--template",
        metavar="NAME",
        help="print a mapping to fill in, for a system (crm), a table (crm.leads) or all",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Load; 0 when done (rows to be quarantined do not make it fail)."""
    project = project_directory()
    if options.build:
        check_definitions(project)
    contract = read_contract(project)
    if options.template:
        print(template(options.template, contract), end="")
        return 0
    if options.folder is None:
        raise UserError(
            "which folder? touchstone load FOLDER --mapping FILE (touchstone load --help shows "
            "examples)"
        )
    stated = read_vars(options.vars)
    check_settings(project, stated, "--vars")
    if options.draft:
        return print_draft(options.folder, project, stated)
    warehouse = options.warehouse.absolute() if options.warehouse else warehouse_path(project)
    with tempfile.TemporaryDirectory() as scratch:
        if options.mapping and shapes_named(options.mapping):
            mapping = mapping_of_shape(
                options.mapping, options.folder, project, Path(scratch), stated
            )
        elif options.mapping:
            mapping = read_mapping(find_mapping(options.mapping), project)
        else:
            mapping = identity_mapping(options.folder, contract, Path(scratch))
        outcome = load(
            options.folder,
            replace(mapping, settings={**mapping.settings, **stated}),
            project,
            warehouse,
            check=options.check,
            append=options.append,
        )
    if options.json:
        print(as_json(outcome))
    else:
        print(summary(outcome, next_command(warehouse, project)))
    if options.check:
        return 0
    keep_for_dbt(project, warehouse)
    return build(project, warehouse, "{}") if options.build else 0


def next_command(warehouse: Path, project: Path) -> str:
    """Return the command that builds what was loaded: its settings are kept with it."""
    if os.environ.get(WAREHOUSE_VARIABLE) is None and warehouse == project / "touchstone.duckdb":
        return "touchstone build"
    return f"{WAREHOUSE_VARIABLE}={shlex.quote(str(warehouse))} touchstone build"


def summary(outcome: Outcome, command: str) -> str:
    """Return the closing summary: what is there, what is not, what to do next."""
    verb = "Checked" if outcome.is_check else "Added" if outcome.is_appended else "Loaded"
    lines = [f"{verb} {outcome.mapping.company} from {outcome.folder} ({outcome.mapping.name})", ""]
    width = max(len(done.table.label) for done in outcome.tables)
    for done in outcome.tables:
        notes = []
        if done.left_out_count > 0:
            notes.append(
                f"{done.left_out_count:,} rows of the file not taken, by {', '.join(done.filters)}"
            )
        if done.repeated.total:
            notes.append(str(done.repeated))
        if done.anonymous_count:
            notes.append(f"{done.anonymous_count:,} without a visitor: anonymous, in no visit")
        note = f"   ({'; '.join(notes)})" if notes else ""
        lines.append(
            f"  {done.table.label:<{width}} {done.row_count:>12,} rows {len(done.columns):>3} "
            "columns   "
            f"{listed(done.files, most=3)}{note}"
        )
    lines += [
        "",
        *_note_lines(outcome),
        *_quarantine_lines(outcome),
        *_unmapped_lines(outcome),
        *_unused_lines(outcome),
        *_missing_lines(outcome),
    ]
    if outcome.changed_settings:
        lines += [
            "Settings kept with the company:",
            *(f"  {one}" for one in outcome.changed_settings),
            "",
        ]
    if outcome.is_check:
        lines.append("Nothing was written. To load, leave out --check.")
    else:
        lines += ["Next:", f"  {command}"]
    return "\n".join(lines)


def _note_lines(outcome: Outcome) -> list[str]:
    notes = [note for done in outcome.tables for note in done.notes]
    return ["How values were read:", *(f"  {note}" for note in notes), ""] if notes else []


def _quarantine_lines(outcome: Outcome) -> list[str]:
    if not outcome.quarantined:
        return ["Every value can be read: no row will be quarantined.", ""]
    total = sum(item.row_count for item in outcome.quarantined)
    lines = [f"{total:,} rows will be quarantined (quality.quarantined_rows will list them):"]
    for item in outcome.quarantined:
        value = "" if item.first_value is None else f", '{item.first_value}'"
        lines.append(
            f"  {item.table}: {item.row_count:,} x {item.reason} "
            f"(first: {item.first_file} row {item.first_row}{value})"
        )
    return [*lines, ""]


def _unmapped_lines(outcome: Outcome) -> list[str]:
    if not outcome.unmapped:
        return []
    lines = ["What nothing knows yet:"]
    for item in outcome.unmapped:
        values = listed((f"'{value}' ({count:,})" for value, count in item.values.items()), most=12)
        where = f"{listed(item.tables)}.{item.column}"
        lines += [f"  {item.kind}, {where}: {values}", f"    {item.consequence}"]
        if item.rows and outcome.is_check:
            lines += [f"    rows to add to {item.goes_to}, each ? to be answered:"]
            lines += [f"      {row}" for row in item.rows.splitlines()]
    if not outcome.is_check:
        lines.append("  (touchstone load --check writes the rows to add)")
    return [*lines, ""]


def as_json(outcome: Outcome) -> str:
    """Return what a load found, for a machine to read."""
    found = {
        "company": outcome.mapping.company,
        "tables": [
            {"table": done.table.label, "rows": done.row_count, "files": done.files}
            for done in outcome.tables
        ],
        "quarantined": [asdict(item) for item in outcome.quarantined],
        "unmapped": [asdict(item) for item in outcome.unmapped],
        "missing_tables": [table.label for table in outcome.missing],
    }
    return json.dumps(found, indent=2, ensure_ascii=False)


def _unused_lines(outcome: Outcome) -> list[str]:
    if not outcome.unused_columns:
        return []
    lines = ["Columns of your files that nothing uses:"]
    return [
        *lines,
        *(f"  {name}: {listed(columns)}" for name, columns in outcome.unused_columns),
        "",
    ]


def _missing_lines(outcome: Outcome) -> list[str]:
    if not outcome.missing:
        return []
    systems = {done.table.system for done in outcome.tables}
    lines = ["Tables this company does not have, and what reports lack without them:"]
    told: set[str] = set()
    for table in outcome.missing:
        # Of a whole system that is missing, its first table says enough.
        if table.system in systems:
            lines.append(f"  {table.label}: {table.without}")
        elif table.system not in told:
            told.add(table.system)
            lines.append(f"  {table.system} (all): {table.without}")
    return [*lines, ""]
