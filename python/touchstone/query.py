"""`touchstone query`: one SQL question to the warehouse, read-only."""

import argparse
import contextlib
import io
from pathlib import Path

import duckdb

from touchstone.build import as_vars, dbt
from touchstone.errors import UserError
from touchstone.project import connect, project_directory, warehouse_path
from touchstone.settings import in_force


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `query`."""
    parser = subparsers.add_parser(
        "query",
        help="ask the warehouse one question in SQL (read-only)",
        description="Runs one SQL statement on the warehouse, read-only, and prints the rows. The "
        "name of an analysis asks what stands in analyses/.",
        epilog='example: touchstone query "select * from quality.source_rows"; '
        "touchstone query explain_one_deal --rows 500",
    )
    parser.add_argument("sql", help="the statement, or the name of an analysis")
    parser.add_argument("--rows", type=int, default=40, help="rows to show at most (default 40)")
    parser.add_argument("--width", type=int, default=160, help="characters of a row (default 160)")
    parser.add_argument("--vars", help="vars of an analysis, as of dbt: '{name: value}'")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the answer."""
    project = project_directory()
    warehouse = warehouse_path(project)
    sql = options.sql
    if (project / "analyses" / f"{sql}.sql").is_file():
        sql = compiled_analysis(project, warehouse, sql, options.vars)
    elif options.vars:
        raise UserError("--vars are for an analysis, named as in analyses/: a statement has none")
    with connect(warehouse, read_only=True) as connection:
        try:
            answer = connection.sql(sql)
        except duckdb.Error as error:
            raise UserError(f"the query does not run: {error}") from error
        if answer is not None:
            answer.show(max_rows=options.rows, max_width=options.width)
    return 0


def compiled_analysis(project: Path, warehouse: Path, name: str, variables: str | None) -> str:
    """Return the SQL of a file in analyses/, as dbt writes it for this warehouse."""
    connect(warehouse, read_only=True).close()  # says how to build it where it is not there
    settings = in_force(project, warehouse, variables or "{}")
    arguments = ["compile", "--select", name, "--vars", as_vars(settings.values)]
    with contextlib.redirect_stdout(io.StringIO()):  # dbt prints what it compiled
        if not dbt(project, warehouse, arguments):
            raise UserError(f"dbt could not compile analyses/{name}.sql")
    compiled = project / "target" / "compiled" / "touchstone" / "analyses" / f"{name}.sql"
    return compiled.read_text(encoding="utf-8")
