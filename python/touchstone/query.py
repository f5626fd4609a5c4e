"""`touchstone query`: one SQL question to the warehouse, read-only."""

import argparse

import duckdb

from touchstone.errors import UserError
from touchstone.project import connect, project_directory, warehouse_path


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `query`."""
    parser = subparsers.add_parser(
        "query",
        help="ask the warehouse one question in SQL (read-only)",
        description="Runs one SQL statement on the warehouse, read-only, and prints the rows.",
        epilog='example: touchstone query "select * from quality.source_rows"',
    )
    parser.add_argument("sql", help="the statement")
    parser.add_argument("--rows", type=int, default=40, help="rows to show at most (default 40)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the answer."""
    with connect(warehouse_path(project_directory()), read_only=True) as connection:
        try:
            answer = connection.sql(options.sql)
        except duckdb.Error as error:
            raise UserError(f"the query does not run: {error}") from error
        if answer is not None:
            answer.show(max_rows=options.rows, max_width=160)
    return 0
