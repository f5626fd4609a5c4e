"""What a failed build says to the owner of the data: what, where, and what to do next."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from touchstone.errors import UserError, meaning_of
from touchstone.project import connect

SHOWN_FAILURES = 10
SHOWN_ROWS = 3
SHOWN_COLUMNS = 6
MESSAGE_LENGTH = 1200

# what dbt puts before and after the sentence of an error
_HEADING = re.compile(r"^(\w+ Error in \w+ \S+( \(.*\))?|dbt stopped:)\s*")
_TRACE = re.compile(r"^\s*(> in macro|> called by|compiled code at|\tat )")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def failure_lines(
    failed: Sequence[Any], warehouse: Path, log: Path, *, developer: bool = False
) -> list[str]:
    """Return what to print about failed nodes.

    Args:
        failed: dbt's results.
        warehouse: the file that was built, closed; the rows of failed tests are read from it.
        log: dbt's log.
        developer: whether to show the differences of worked examples.
    """
    lines: list[str] = []
    for result in failed[:SHOWN_FAILURES]:
        lines += _lines(result, warehouse, developer)
    if len(failed) > SHOWN_FAILURES:
        lines.append(f"... and {len(failed) - SHOWN_FAILURES} more")
    if failed:
        lines.append(f"The whole log: {log}")
    return lines


def sentence(message: str) -> str:
    """Return the sentence of an error of dbt, without the trace that is for developers."""
    kept: list[str] = []
    for line in _COLOUR.sub("", message).splitlines():
        if _TRACE.match(line):
            break
        kept.append(_HEADING.sub("", line))
    return " ".join(" ".join(kept).split("\tat ")[0].split())[:MESSAGE_LENGTH]


def place(message: str) -> str:
    """Return where an error of dbt says that it is, as words to go on with; empty for a check."""
    found = re.search(r"Error in ((?!operation)\w+ \S+ \(\S+\))", message)
    return f" at {found[1]}" if found else ""


def _lines(result: Any, warehouse: Path, developer: bool) -> list[str]:
    node = result.node
    kind = str(node.resource_type)
    where = f"  where  {node.original_file_path}"
    next_step = node.config.get("meta", {}).get("next_step")
    if kind == "unit_test":
        lines = [
            f"FAILED worked example: {node.name.replace('_', ' ')}",
            where,
            "  what   an example with rows of its own comes out differently: the project is at "
            "fault, not your data",
            f"  next   {next_step or _NEXT_EXAMPLE}",
        ]
        if developer:
            lines += str(result.message).splitlines()
        return lines
    if kind == "test" and str(result.status) == "fail":
        lines = [f"FAILED check: {node.name.replace('_', ' ')}", where]
        lines += [f"  row    {row}" for row in _rows(node, warehouse)]
        return [*lines, f"  next   {next_step or _next_of_test(node)}"]
    if meaning := meaning_of(Exception(sentence(str(result.message)))):
        return [f"FAILED {kind} {node.name}: {meaning}", where]
    return [
        f"FAILED {kind} {node.name}: {sentence(str(result.message))}",
        where,
        f"  next   {next_step or _NEXT_NODE}",
    ]


_NEXT_EXAMPLE = (
    "whoever changed the model or its example mends it; touchstone build --developer shows what "
    "differs"
)
_NEXT_NODE = (
    "mend what the sentence names and build again; what it would have replaced is as it was"
)


def _next_of_test(node: Any) -> str:
    path = Path(node.original_file_path)
    if path.parts[:2] == ("seeds", "definitions"):
        return f"mend the rows in {path.with_suffix('.csv').as_posix()} and build again"
    return (
        "where these rows are wrong in the source, mend them there and load again; where they are "
        "right, the project is at fault: report the name of the check with the rows"
    )


def _rows(node: Any, warehouse: Path) -> list[str]:
    """Return the first rows that a test has found, as text; none when they cannot be read."""
    sql = getattr(node, "compiled_code", None)
    if not sql:
        return []
    try:
        with connect(warehouse, read_only=True) as connection:
            found = connection.execute(f"select * from ({sql}\n) as found limit {SHOWN_ROWS}")
            names = [column[0] for column in found.description]
            rows = found.fetchall()
    except (duckdb.Error, UserError):
        return []
    return [
        ", ".join(
            f"{name} {value}"
            for name, value in list(zip(names, row, strict=True))[:SHOWN_COLUMNS]
            if value is not None
        )
        for row in rows
    ]
