"""`touchstone summary`: what is in the warehouse, and whether it adds up."""

import argparse
import sys
from pathlib import Path
from typing import Any

import duckdb

from touchstone.errors import UserError
from touchstone.marks import marks_in
from touchstone.project import connect, project_directory, warehouse_path

QUERY_TO_TRY = (
    "select channel, sum(credited_revenue_amount) as credited_revenue "
    "from attribution.touch_credits group by channel order by credited_revenue desc"
)

ROWS_SQL = """
    select
        count(*) filter (where received_count > 0) as tables,
        coalesce(sum(received_count), 0)::bigint as received,
        coalesce(sum(quarantined_count), 0)::bigint as quarantined
    from quality.source_rows
"""

# Deals won, once: under the model that is agreed for revenue.
DEALS_SQL = """
    select
        reconciliation.line_item,
        min(reconciliation.line_rank) as line_rank,
        sum(reconciliation.deal_count)::bigint as deals,
        sum(reconciliation.deal_amount) as amount,
        min(reconciliation.currency_code) as currency_code
    from quality.crm_reconciliation_by_month as reconciliation
    inner join definitions.attribution_models as models
        on reconciliation.attribution_model = models.attribution_model
    where reconciliation.attribution_scope = 'revenue' and models.agreed_for = 'revenue'
    group by reconciliation.line_item
    order by line_rank, reconciliation.line_item
"""

LABELS = {
    "CRM total": "deals won",
    "attributed": "  credited to touches",
    "unattributed": "  unattributed",
    "difference": "difference to the CRM",
}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `summary`."""
    parser = subparsers.add_parser(
        "summary",
        help="say what is in the warehouse and whether it adds up to the CRM",
        description=(
            "Raw rows in and quarantined, deals won, credited, unattributed and excluded, and the "
            "difference to the CRM. Exit code 1 when that is not zero, or when the last build did "
            "not end well: then it says what is old or missing."
        ),
    )
    parser.add_argument(
        "--warehouse", type=Path, metavar="FILE", help="another warehouse file than the usual one"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the summary; 1 when the warehouse does not add up or a build did not end well."""
    named: Path | None = options.warehouse
    warehouse = named.absolute() if named else warehouse_path(project_directory())
    return 0 if print_summary(warehouse) else 1


def print_summary(warehouse: Path) -> bool:
    """Print the closing summary.

    Returns:
        Whether the difference to the CRM is zero, and the last build ended well.
    """
    with connect(warehouse, read_only=True) as connection:
        marks = marks_in(connection)
        if marks:
            print("NOT TO BE RELIED ON: " + "\n  ".join(marks), file=sys.stderr)
        try:
            rows = connection.execute(ROWS_SQL).fetchone()
            deals = connection.execute(DEALS_SQL).fetchall()
            days = connection.execute(
                "select first_date, last_date from intermediate.int_days_of_data"
            ).fetchone()
        except duckdb.CatalogException as error:
            raise UserError(
                f"{warehouse} holds no finished build; build it: touchstone build"
            ) from error
    assert rows is not None
    assert days is not None
    print("\n".join(_lines(warehouse, rows, days, deals)))
    adds_up = all(line[2] == 0 and line[3] == 0 for line in deals if line[0] == "difference")
    return adds_up and not marks


def is_built(warehouse: Path) -> bool:
    """Say whether a warehouse has been built as a whole, so that there is something to sum up."""
    with connect(warehouse, read_only=True) as connection:
        try:
            connection.execute(f"select 1 from ({ROWS_SQL}), ({DEALS_SQL}) limit 0")
        except duckdb.CatalogException:
            return False
    return True


def _lines(
    warehouse: Path, rows: tuple[Any, ...], days: tuple[Any, ...], deals: list[tuple[Any, ...]]
) -> list[str]:
    tables, received, quarantined = rows
    span = "" if days[0] is None else f", {days[0]} to {days[1]}"  # of ads alone no day is known
    lines = [
        "",
        f"  {'raw rows in':<34}{received:>10,}   in {tables} source tables{span}",
        f"  {'rows quarantined':<34}{quarantined:>10,}   why: quality.quarantined_rows",
        "",
    ]
    if not deals:
        lines.append("  no deal was won: there is nothing to credit")
    for line_item, _rank, count, amount, currency in deals:
        label = LABELS.get(line_item, f"  {line_item}")
        lines.append(f"  {label:<34}{count:>10,}{amount:>20,.2f} {currency}")
    return [
        *lines,
        "",
        f"  warehouse   {warehouse}",
        "              opens in every DuckDB client from 1.2 to 2.0",
        f'  try         {sys.argv[0]} query "{QUERY_TO_TRY}"',
        "",
    ]
