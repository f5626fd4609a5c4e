"""MetricFlow as a library: the SQL of metrics, cut by dimensions, without a dbt process."""

import hashlib
import json
import logging
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from touchstone.errors import UserError
from touchstone.metrics.catalogue import MANIFEST_FILE

ANSWERS = "metric_answers"
Answer = TypeVar("Answer", str, dict[str, str])


class Engine:
    """MetricFlow over a semantic manifest: it writes the SQL, we run it.

    The same manifest has the same SQL, and MetricFlow takes 10 s to write that of all metrics (2 s
    to be imported). So answers are kept in a file named by the manifest's hash; `keep` writes it.
    """

    def __init__(self, target: Path, answers: Path | None = None) -> None:
        """Read dbt's target folder.

        Args:
            target: with the semantic manifest of a parse or a build.
            answers: folder of the kept answers; the target where None is given.

        Raises:
            UserError: there is no manifest.
        """
        path = target / MANIFEST_FILE
        if not path.exists():
            raise UserError(f"{path} does not exist; dbt writes it: dbt parse, or make build")
        self._manifest = path.read_text(encoding="utf-8")
        known = hashlib.sha256(f"{version('metricflow')}\n{self._manifest}".encode())
        self._file = (answers or target) / f"{ANSWERS}_{known.hexdigest()[:16]}.json"
        self._answers: dict[str, Any] = {}
        if self._file.exists():
            with suppress(ValueError):  # cut short by a full disk, say: asked again
                self._answers = json.loads(self._file.read_text(encoding="utf-8"))
        self._is_kept = True

    def sql(self, metrics: Sequence[str], group_by: Sequence[str]) -> str:
        """Return one query with a column for each metric and each name it is grouped by."""
        return self._answered("sql", [*metrics], [*group_by], self._write_sql)

    def cuts(self, metrics: Sequence[str]) -> dict[str, str]:
        """Return by what all of these metrics can be cut: a dimension -> the name to group by.

        A dimension of the metric's own mart comes before the same one of a joined mart.
        """
        return self._answered("cuts", [*metrics], [], self._find_cuts)

    def keep(self) -> None:
        """Keep the answers for the next time."""
        if self._is_kept:
            return
        partial = self._file.with_suffix(f".{os.getpid()}.partial")
        partial.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(self._answers, sort_keys=True), encoding="utf-8")
        os.replace(partial, self._file)
        self._is_kept = True

    def _answered(
        self,
        question: str,
        metrics: list[str],
        group_by: list[str],
        ask: Callable[[list[str], list[str]], Answer],
    ) -> Answer:
        key = json.dumps([question, metrics, group_by])
        if key not in self._answers:
            self._answers[key] = ask(metrics, group_by)
            self._is_kept = False
        found: Answer = self._answers[key]
        return found

    def _write_sql(self, metrics: list[str], group_by: list[str]) -> str:
        from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

        request = MetricFlowQueryRequest.create(metric_names=metrics, group_by_names=group_by)
        return str(self._engine.explain(request).sql_statement.without_descriptions.sql)

    def _find_cuts(self, metrics: list[str], _: list[str]) -> dict[str, str]:
        own = {self._entities[name] for name in metrics if name in self._entities}

        def distance(group_by: str) -> tuple[bool, int, str]:
            return group_by.split("__")[0] not in own, group_by.count("__"), group_by

        found: dict[str, str] = {}
        for one in self._engine.simple_dimensions_for_metrics(metrics):
            name, group_by = one.name, one.dunder_name
            if name not in found or distance(group_by) < distance(found[name]):
                found[name] = group_by
        return found

    @cached_property
    def _entities(self) -> dict[str, str]:
        """Return what a row of its mart is, for each metric that is no ratio."""
        manifest = json.loads(self._manifest)
        rows = {
            model["name"]: model["primary_entity"]
            or next(one["name"] for one in model["entities"] if one["type"] == "primary")
            for model in manifest["semantic_models"]
        }
        stated = {
            metric["name"]: metric["type_params"].get("metric_aggregation_params")
            for metric in manifest["metrics"]
        }
        return {name: rows[one["semantic_model"]] for name, one in stated.items() if one}

    @cached_property
    def _engine(self) -> Any:
        """Return MetricFlow, once it is needed."""
        from metricflow.engine.metricflow_engine import MetricFlowEngine
        from metricflow_semantic_interfaces.implementations.semantic_manifest import (
            PydanticSemanticManifest,
        )
        from metricflow_semantic_interfaces.transformations.semantic_manifest_transformer import (
            PydanticSemanticManifestTransformer,
        )
        from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

        # A query that takes long to write on a busy machine is a warning to MetricFlow, to us none.
        logging.getLogger("metricflow_semantics").setLevel(logging.ERROR)
        manifest = PydanticSemanticManifest.parse_raw(self._manifest)
        lookup = SemanticManifestLookup(PydanticSemanticManifestTransformer.transform(manifest))
        return MetricFlowEngine(lookup, _renderer_of_duckdb())


def _renderer_of_duckdb() -> Any:
    """Return what MetricFlow asks of a connection when it only writes SQL: the dialect."""
    from metricflow.protocols.sql_client import SqlEngine
    from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer

    class Dialect:
        sql_engine_type = SqlEngine.DUCKDB
        sql_plan_renderer = DuckDbSqlPlanRenderer()

    return Dialect()
