"""Great Expectations on the warehouse: one read-only connection, one checkpoint, a suite a table.

Imported only when guards run: Great Expectations takes seconds to import.
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
from duckdb_sqlalchemy import Dialect
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metadata_types import FailureSeverity
from sqlalchemy.dialects import registry

from touchstone.checks.rules import ADDRESS

DATASOURCE = "warehouse"
MEMORY_LIMIT = "2GB"
SEVERITY = {"stop": FailureSeverity.CRITICAL, "warn": FailureSeverity.WARNING}
HIDDEN = "(a key that holds an address)"


class ReadOnlyDialect(Dialect):
    """DuckDB's dialect without transactions: a read-only connection has nothing to commit."""

    supports_statement_cache = True
    # DuckDB opens a file twice in one process only in one way: whoever writes next needs it closed
    opened: ClassVar[list[Any]] = []

    def connect(self, *arguments: Any, **options: Any) -> Any:
        """Open the file, and remember that."""
        connection = super().connect(*arguments, **options)
        self.opened.append(connection)
        return connection

    def do_begin(self, dbapi_connection: Any) -> None:
        """Begin nothing."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """Commit nothing."""

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Roll nothing back."""


registry.register("duckdb.readonly", __name__, ReadOnlyDialect.__name__)


class ExpectGuardToHold(BatchExpectation):
    """The question of a rule, whose one answer says how many rows were seen and are wrong."""

    question: str
    limit: str

    metric_dependencies: ClassVar[tuple[str, ...]] = ()
    success_keys: ClassVar[tuple[str, ...]] = ("question", "limit")
    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id",)
    on_answer: ClassVar[Callable[[], None]] = staticmethod(lambda: None)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        with execution_engine.get_connection() as connection:
            row = connection.exec_driver_sql(self.question).fetchone()
        seen, bad, is_held, said, keys = row
        type(self).on_answer()
        return {
            "success": bool(is_held),
            "result": {
                "observed_value": said or f"{bad:,} of {seen:,} rows",
                "element_count": int(seen or 0),
                "unexpected_count": int(bad or 0),
                "details": {"sample_keys": without_addresses(keys or "")},
            },
        }


def without_addresses(keys: str) -> str:
    """Return keys of rows with those hidden that hold an e-mail address: a value slid into them."""
    return ", ".join(HIDDEN if re.search(ADDRESS, key) else key for key in keys.split(", ") if key)


def run_checkpoint(
    warehouse: Path,
    suites: Mapping[str, Sequence[ExpectGuardToHold]],
    docs: Path | None = None,
    on_answer: Callable[[], None] = lambda: None,
) -> Iterable[Any]:
    """Run all suites in one checkpoint on the warehouse; yield the result of each expectation.

    Args:
        warehouse: the DuckDB file, opened read-only.
        suites: the expectations of each table.
        docs: folder to write Data Docs to.
        on_answer: called after each answer.
    """
    context = gx.get_context(mode="ephemeral", project_config=_settings(docs))
    connect = {"config": {"access_mode": "READ_ONLY", "memory_limit": MEMORY_LIMIT}}
    source = context.data_sources.add_sql(
        DATASOURCE,
        connection_string=f"duckdb+readonly:///{warehouse}",
        create_temp_table=False,
        kwargs={"connect_args": connect},  # type: ignore[call-arg]
    )
    definitions = []
    for table, expectations in suites.items():
        asset = source.add_query_asset(table, query="select 1 as asked_by_each_guard")
        batch = asset.add_batch_definition("as it is")
        suite = context.suites.add(gx.ExpectationSuite(name=table, expectations=list(expectations)))
        definitions.append(
            context.validation_definitions.add(
                gx.ValidationDefinition(name=table, data=batch, suite=suite)
            )
        )
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(name="guards", validation_definitions=definitions, result_format="SUMMARY")
    )
    ExpectGuardToHold.on_answer = staticmethod(on_answer)
    try:
        outcome = checkpoint.run()
    finally:
        ExpectGuardToHold.on_answer = staticmethod(lambda: None)
        while ReadOnlyDialect.opened:
            ReadOnlyDialect.opened.pop().close()
    if docs:
        context.build_data_docs()
    return [result for run in outcome.run_results.values() for result in run.results]


def _settings(docs: Path | None) -> DataContextConfig:
    """Keep everything in memory but the pages that are asked for."""
    site = {
        "class_name": "SiteBuilder",
        "store_backend": {
            "class_name": "TupleFilesystemStoreBackend",
            "base_directory": str(docs),
        },
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    }
    return DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        data_docs_sites={"guards": site} if docs else {},
        progress_bars=ProgressBarsConfig(globally=False, metric_calculations=False),
        analytics_enabled=False,
    )
