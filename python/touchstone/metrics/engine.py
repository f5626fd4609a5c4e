"""MetricFlow as a library: the SQL of metrics, cut by dimensions, without a dbt process."""

import hashlib
import json
import logging
import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from touchstone.errors import UserError
from touchstone.metrics.catalogue import MANIFEST_FILE

ANSWERS_FILE = "metric_answers.json"
KEPT_ANSWERS = 4000  # some ten versions of all questions, 3 MB
Answer = TypeVar("Answer", str, dict[str, str])
# What people read and what only dbt knows: no part of the SQL.
_WORDING = {"label", "description", "metadata", "config"}
# In kept SQL it stands for the warehouse, whose name is that of its file.
_DATABASE = "the_warehouse"


class Engine:
    """MetricFlow over a semantic manifest: it writes the SQL, we run it.

    The same definitions have the same SQL, and MetricFlow takes 30 to 60 CPU s to write that of all
    metrics. So answers are kept by what they depend on: the metrics asked for, their parts, and
    what the marts can be joined and cut by. `keep` writes them.
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
        self._manifest = _without_wording(json.loads(path.read_text(encoding="utf-8")))
        self._prefix = _take_prefix(self._manifest)
        self._metrics = {metric["name"]: metric for metric in self._manifest["metrics"]}
        others = {key: value for key, value in self._manifest.items() if key != "metrics"}
        own = Path(__file__).read_text(encoding="utf-8")  # what is asked, and what is left out
        self._common = f"{version('metricflow')}\n{own}\n{json.dumps(others)}"
        self._file = (answers or target) / ANSWERS_FILE
        self._kept = _read(self._file)
        self._used: dict[str, Any] = {}

    def sql(self, metrics: Sequence[str], group_by: Sequence[str]) -> str:
        """Return one query with a column for each metric and each name it is grouped by."""
        sql = self._answered("sql", [*metrics], [*group_by], self._write_sql)
        return sql.replace(f'"{_DATABASE}".', self._prefix)

    def cuts(self, metrics: Sequence[str]) -> dict[str, str]:
        """Return by what all of these metrics can be cut: a dimension -> the name to group by.

        A dimension of the metric's own mart comes before the same one of a joined mart.
        """
        return self._answered("cuts", [*metrics], [], self._find_cuts)

    def keep(self) -> None:
        """Keep the answers for the next time, those that were asked for last."""
        if self._used.keys() <= self._kept.keys():
            return
        others = {key: one for key, one in _read(self._file).items() if key not in self._used}
        newest = [*others.items(), *self._used.items()][-KEPT_ANSWERS:]
        partial = self._file.with_suffix(f".{os.getpid()}.partial")
        partial.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(dict(newest)), encoding="utf-8")
        os.replace(partial, self._file)
        self._kept = dict(newest)

    def _answered(
        self,
        question: str,
        metrics: list[str],
        group_by: list[str],
        ask: Callable[[list[str], list[str]], Answer],
    ) -> Answer:
        about = [self._metrics[name] for name in self._with_parts(metrics)]
        asked = json.dumps([question, metrics, group_by, about])
        key = hashlib.sha256(f"{self._common}\n{asked}".encode()).hexdigest()[:32]
        if key not in self._used:
            self._used[key] = self._kept[key] if key in self._kept else ask(metrics, group_by)
        found: Answer = self._used[key]
        return found

    def _with_parts(self, metrics: Sequence[str]) -> list[str]:
        """Return metrics and those they are made of, by any way to name one."""
        found: list[str] = []
        waiting = [*metrics]
        while waiting:
            name = waiting.pop()
            if name in self._metrics and name not in found:
                found.append(name)
                said = json.dumps(self._metrics[name])
                waiting += [part for part in re.findall(r"\w+", said) if part in self._metrics]
        return sorted(found)

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
        rows = {
            model["name"]: model["primary_entity"]
            or next(one["name"] for one in model["entities"] if one["type"] == "primary")
            for model in self._manifest["semantic_models"]
        }
        stated = {
            name: metric["type_params"].get("metric_aggregation_params")
            for name, metric in self._metrics.items()
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
        manifest = PydanticSemanticManifest.parse_obj(self._manifest)
        lookup = SemanticManifestLookup(PydanticSemanticManifestTransformer.transform(manifest))
        return MetricFlowEngine(lookup, _renderer_of_duckdb())


def _without_wording(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_wording(one) for key, one in value.items() if key not in _WORDING}
    return [_without_wording(one) for one in value] if isinstance(value, list) else value


def _take_prefix(manifest: Any) -> str:
    """Give the tables of a manifest a database of no name; return how theirs was written."""
    prefix = ""
    for place in (*manifest["semantic_models"], *manifest["project_configuration"]["time_spines"]):
        relation = place["node_relation"]
        name = f'"{relation["schema_name"]}"."{relation["alias"]}"'
        prefix = relation["relation_name"].removesuffix(name)
        relation.update(database=_DATABASE, relation_name=f'"{_DATABASE}".{name}')
    return prefix


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    with suppress(ValueError):  # cut short by a full disk, say: asked again
        return dict(json.loads(path.read_text(encoding="utf-8")))
    return {}


def _renderer_of_duckdb() -> Any:
    """Return what MetricFlow asks of a connection when it only writes SQL: the dialect."""
    from metricflow.protocols.sql_client import SqlEngine
    from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer

    class Dialect:
        sql_engine_type = SqlEngine.DUCKDB
        sql_plan_renderer = DuckDbSqlPlanRenderer()

    return Dialect()
