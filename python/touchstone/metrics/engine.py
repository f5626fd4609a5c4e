"""MetricFlow as a library: the SQL of metrics, cut by dimensions, without a dbt process."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from touchstone.errors import UserError
from touchstone.metrics.catalogue import MANIFEST_FILE


class Engine:
    """MetricFlow over a semantic manifest: it writes the SQL, we run it."""

    def __init__(self, target: Path) -> None:
        """Read dbt's target folder; 2 s of imports, once a process."""
        from metricflow.engine.metricflow_engine import MetricFlowEngine
        from metricflow_semantic_interfaces.implementations.semantic_manifest import (
            PydanticSemanticManifest,
        )
        from metricflow_semantic_interfaces.transformations.semantic_manifest_transformer import (
            PydanticSemanticManifestTransformer,
        )
        from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

        path = target / MANIFEST_FILE
        if not path.exists():
            raise UserError(f"{path} does not exist; dbt writes it: dbt parse, or make build")
        manifest = PydanticSemanticManifest.parse_raw(path.read_text(encoding="utf-8"))
        lookup = SemanticManifestLookup(PydanticSemanticManifestTransformer.transform(manifest))
        self._engine = MetricFlowEngine(lookup, _renderer_of_duckdb())

    def sql(self, metrics: Sequence[str], group_by: Sequence[str]) -> str:
        """Return one query with a column for each metric and each name it is grouped by."""
        from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

        request = MetricFlowQueryRequest.create(
            metric_names=list(metrics), group_by_names=list(group_by)
        )
        return str(self._engine.explain(request).sql_statement.without_descriptions.sql)

    def cuts(self, metrics: Sequence[str]) -> dict[str, str]:
        """Return by what all of these metrics can be cut: a dimension -> the name to group by.

        A dimension of the metric's own mart comes before the same one of a joined mart.
        """
        found: dict[str, str] = {}
        for one in self._engine.simple_dimensions_for_metrics(list(metrics)):
            name, group_by = one.name, one.dunder_name
            known = found.get(name)
            if known is None or (group_by.count("__"), group_by) < (known.count("__"), known):
                found[name] = group_by
        return found


def _renderer_of_duckdb() -> Any:
    """Return what MetricFlow asks of a connection when it only writes SQL: the dialect."""
    from metricflow.protocols.sql_client import SqlEngine
    from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer

    class Dialect:
        sql_engine_type = SqlEngine.DUCKDB
        sql_plan_renderer = DuckDbSqlPlanRenderer()

    return Dialect()
