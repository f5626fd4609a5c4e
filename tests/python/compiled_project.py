"""The project's SQL, compiled by dbt once, to be run over and over without dbt.

dbt needs 5 s and more to start and to read the project; a property test runs the same SQL on
hundreds of inputs and the mutation suite on dozens of faults. Both take the SQL that dbt would run
and run it themselves.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from parsed_project import parsed

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Node:
    """One model or data test: the SQL dbt would run, and what it reads."""

    unique_id: str
    name: str
    kind: str  # model | seed | test
    materialized: str
    schema: str
    relation: str
    sql: str
    parents: tuple[str, ...]
    failures: str  # of a test: the expression that counts failures
    warns: bool


class CompiledProject:
    """All compiled nodes, in an order in which every node comes after what it reads."""

    def __init__(self, nodes: Iterable[Node], database: str) -> None:
        self.database = database
        self.nodes: dict[str, Node] = {}
        waiting = {node.unique_id: node for node in nodes}
        while waiting:
            ready = [
                node
                for node in waiting.values()
                if not any(parent in waiting for parent in node.parents)
            ]
            for node in sorted(ready, key=lambda node: node.unique_id):
                self.nodes[node.unique_id] = waiting.pop(node.unique_id)
        self.by_name = {node.name: node for node in self.nodes.values()}

    def models(self) -> list[Node]:
        return [node for node in self.nodes.values() if node.kind == "model"]

    def tests(self) -> list[Node]:
        return [node for node in self.nodes.values() if node.kind == "test"]

    def downstream(self, names: Iterable[str]) -> list[Node]:
        """Return everything that reads the named nodes, directly or not, without them."""
        reached = {self.by_name[name].unique_id for name in names}
        found = []
        for node in self.nodes.values():
            if node.unique_id not in reached and reached.intersection(node.parents):
                reached.add(node.unique_id)
                found.append(node)
        return found

    def upstream(self, nodes: Iterable[Node]) -> set[str]:
        """Return the ids of everything the nodes read, directly or not, and of themselves."""
        found = {node.unique_id for node in nodes}
        for node in reversed(self.nodes.values()):
            if node.unique_id in found:
                found.update(node.parents)
        return found


def build_model(connection: duckdb.DuckDBPyConnection, node: Node, sql: str | None = None) -> None:
    """Create the model's table or view the way dbt does, from its own SQL or a changed one."""
    kind = "view" if node.materialized == "view" else "table"
    connection.execute(f"create or replace {kind} {node.relation} as {sql or node.sql}")


def count_failures(connection: duckdb.DuckDBPyConnection, test: Node) -> int:
    """Run a data test; 0 is green."""
    row = connection.execute(f"select {test.failures} from ({test.sql}) as failing").fetchone()
    return int(row[0] or 0) if row else 0


def compile_project(
    folder: Path, warehouse: Path, commands: list[list[str]], variables: dict[str, Any]
) -> CompiledProject:
    """Run dbt commands in this process, the last one `compile`; return what it compiled."""
    from dbt.cli.main import dbtRunner

    manifest = parsed(folder, variables, warehouse).manifest
    # dbt reads the file's name from the environment; the tests after this one have their own.
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TOUCHSTONE_WAREHOUSE", str(warehouse))
        places = ["--project-dir", str(folder), "--profiles-dir", str(folder)]
        for command in commands:
            outcome = dbtRunner(manifest=manifest).invoke(
                ["--quiet", *command, "--vars", json.dumps(variables), *places]
            )
            results = getattr(outcome.result, "results", [])
            problems = [
                f"{result.node.name}: {result.message}"
                for result in results
                if result.status in ("error", "fail", "runtime error")
            ]
            assert outcome.success, (
                f"dbt {' '.join(command)} failed: {outcome.exception or ''} {problems}"
            )
    return CompiledProject((_as_node(result.node) for result in results), warehouse.stem)


def _as_node(node: Any) -> Node:
    return Node(
        unique_id=node.unique_id,
        name=node.name,
        kind=str(node.resource_type.value),
        materialized=str(node.config.materialized),
        schema=node.schema,
        relation=node.relation_name or "",
        sql=(getattr(node, "compiled_code", None) or "").rstrip().rstrip(";"),
        parents=tuple(getattr(node.depends_on, "nodes", ())),
        failures=getattr(node.config, "fail_calc", "count(*)"),
        warns=getattr(node.config, "severity", "ERROR").upper() == "WARN",
    )
