"""The contract of source tables as a mapping to fill in."""

from functools import cache
from pathlib import Path

from touchstone.errors import UserError
from touchstone.load.contract import Table, read_yaml
from touchstone.load.mapping import did_you_mean, listed

_NOTES = Path(__file__).with_name("columns.yml")

_HEAD = """\
# Write your own file and column names on the right; delete the lines you have nothing for.
# `touchstone load FOLDER --draft` writes most of this from your files; `touchstone load --help`
# shows two whole companies.
#
# A column is one of:
#   their_column                                     the same as {column: their_column}
#   {constant: EUR}                                  the same in every row
#   {template: "deal-{their column}"}                empty when one of its columns is
#   {first_of: [mobile_date, created]}               the first that has a value
#   {has_value: won_date}                            yes or no
# and beside `column:` may stand
#   values: {Won: Closed Won, "": Unknown}           a value map; case does not matter
#   unlisted: error                                  values it does not list: keep, empty or error
#   split: ";"                                       several ids in one cell: a row for each,
#   take: first                                      or the first of them alone
#   multiply_by: 1000000                             a unit into ours: 0.01, 1000000
#   hashed: true                                     a name that serves as an id, unreadable
#   as_is: true                                      ids that look rounded or joined and are not
# and any key of `defaults:` from date_format on, for this column alone.
#
# Beside `from:` a table may have
#   join: {with: contacts, on: email, several: first}    one more file, one row of it each;
#                                                    its columns are contacts.name; a list of joins
#                                                    may follow one another, on: {ours: theirs}
#   only: {Type: [New, Renewal]}                     rows to take, by values of their columns
#   except: {Name: {matches: "^Total"}}              rows to leave; matches: a regular expression,
#                                                    like: "Total*"
#   only_with: [Won date]                            rows that have a value there
#   one_row_per: [Campaign ID]                       the first row of each
#   breakdown: [Device]                              columns that cut a cost; parts are summed
#   several: latest                                  rows of one key that differ: latest or error
# and a table may have a list of such parts, one a file.
company: My company
settings:                               # any var of dbt_project.yml
  reporting_currency: EUR
  reporting_time_zone: UTC
defaults:                               # how files are written; a file or a column can differ
  delimiter: ";"                        # found by itself when the header is clear; tab
  quote: '"'                            # around values that hold the delimiter
  escape: '"'                           # before a quote inside quotes: doubled, or a backslash
  encoding: utf-8                       # cp1252, latin-1, utf-16
  skip_rows: 0                          # lines above the header: a title, sep=;
  ragged_rows: error                    # of another width: error, quarantine, or pad short ones
  date_format: [YYYY-MM-DD, DD/MM/YYYY HH:mm, "MMM D, YYYY"]     # the first that fits, of
                                        # YYYY YY, MM M, MMM Jan, MMMM January, DD D, HH H (24 h),
                                        # hh h AM, mm, ss, SSS, Z (offset); epoch seconds,
                                        # epoch milliseconds, epoch microseconds
  time_zone: Europe/Berlin              # of times without an offset; UTC when not given
  decimal_separator: ","
  thousands_separator: "."
  suffixes: {K: 1000, M: 1000000}       # letters behind a number
  remove: ["EUR", "%"]                  # text beside a number that says nothing
  true_values: ["yes", x]
  false_values: ["no", "-"]
  null_values: [n/a, "--"]              # text that means nothing is there
files:                                  # short names for your files
  deals: export_of_deals.csv
  contacts:
    file: contacts_*.csv                # several files alike are read as one
    time_zone: Europe/Berlin
# leads_without_header: {file: leads.csv, header: [id, created, origin]}
tables:
"""


def template(name: str, contract: dict[str, Table]) -> str:
    """Return a mapping skeleton for a source system, a table or all of them."""
    chosen = [table for table in contract.values() if name in ("all", table.system, table.label)]
    if not chosen:
        known = ["all", *dict.fromkeys(table.system for table in contract.values()), *contract]
        raise UserError(
            f"no source system or table '{name}'{did_you_mean(name, known)} Known: {listed(known)}"
        )
    return _HEAD + "\n".join(_table(table) for table in chosen)


def _table(table: Table) -> str:
    lines = [f"  # {table.description}"]
    if table.without:
        lines.append(f"  # Without it: {table.without}.")
    lines += [f"  {table.label}:", f"    from: {table.system}_{table.name}.csv", "    columns:"]
    for column in table.columns:
        says, lost = column_note(table, column.name)
        notes = [column.kind if says in ("", column.kind) else f"{column.kind}: {says}"]
        if column.name in table.key:
            notes.append("part of the key" if len(table.key) > 1 else "the key")
        elif column.name in table.required:
            notes.append("required")
        elif lost:
            notes.append(f"without it {lost}")
        entry = f"      {column.name}: {column.name}"
        lines.append(f"{entry:<60}# {'; '.join(notes)}")
    return "\n".join(lines) + "\n"


def column_note(table: Table, column: str) -> tuple[str, str]:
    """Return what a column holds, with its unit, and what is lost without it (or nothing)."""
    notes = _notes()
    note = notes.get(table.label, {}).get(column) or notes["every"].get(column, [""])
    return note[0], note[1] if len(note) > 1 else ""


@cache
def _notes() -> dict[str, dict[str, list[str]]]:
    notes: dict[str, dict[str, list[str]]] = read_yaml(_NOTES)
    return notes
