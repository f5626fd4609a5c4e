"""The contract of source tables as a mapping to fill in."""

from touchstone.errors import UserError
from touchstone.load.contract import Table
from touchstone.load.mapping import did_you_mean, listed

_HEAD = """\
# Write your own file and column names on the right; delete the lines you have nothing for.
# A column is one of:   their_column
#                       {constant: EUR}
#                       {template: "deal-{their column}"}
#                       {first_of: [mobile_date, created]}      the first that has a value
#                       {has_value: won_date}                   yes or no
#                       {column: stage, values: {Won: Closed Won, "": Unknown}, unlisted: error}
#                         (unlisted values: keep, which is the default, empty or error)
# `touchstone load --help` shows two whole companies.
company: My company
settings:                               # any var of dbt_project.yml
  reporting_currency: EUR
  reporting_time_zone: UTC
defaults:                               # how files are written; a file or a column can differ
  delimiter: ";"                        # found by itself when the header is clear
  encoding: utf-8                       # cp1252, latin-1, utf-16
  date_format: [YYYY-MM-DD, DD/MM/YYYY HH:mm]
  decimal_separator: ","
  thousands_separator: "."
files:                                  # short names for your files
  deals: export_of_deals.csv
  contacts:
    file: contacts_*.csv                # several files alike are read as one
    time_zone: Europe/Berlin            # of times without an offset; UTC when not given
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
        notes: list[str] = [column.kind]
        if column.name in table.key:
            notes.append("part of the key" if len(table.key) > 1 else "the key")
        elif column.name in table.required:
            notes.append("required")
        entry = f"      {column.name}: {column.name}"
        lines.append(f"{entry:<60}# {', '.join(notes)}")
    return "\n".join(lines) + "\n"
