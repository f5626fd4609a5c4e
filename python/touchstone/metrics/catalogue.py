"""What metrics there are: read from the definitions dbt parsed, no warehouse needed."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp

from touchstone.errors import UserError

MANIFEST_FILE = "semantic_manifest.json"
# What every metric says of itself in its config.meta.
STATED = (
    "unit",  # of its values: count, USD, share, days, ...
    "owner",  # the team that answers for it
    "additive",  # over what its values may be added up: everything, time, nothing
    "date_role",  # which day of the row puts it into a period
    "version",
    "agreed_by",
    "agreed_on",
    "reason",
)
# What a metric may say in config.meta of the ways to cut its rows, besides the usual ones.
ALSO_BY = "also_by"  # by these dimensions too; the base of a ratio stays the whole
NOT_BY = "not_by"  # never by these: the dimension of the mart means something else there
ONLY_BY = "only_by"  # by this one alone and never as a whole: its members repeat the same money
# How long after a period its value may still move by what happens later (a cohort's window of
# days): days, or NEVER where it waits for an outcome without limit; of a ratio that of its sides.
SETTLES = "settles_after_days"
NEVER = "never"
ADDITIVE = ("sum", "count", "sum_boolean")  # aggregations of MetricFlow
COUNTS = (*ADDITIVE, "count_distinct")
_NAME_IN_FILTER = re.compile(r"(?:Time)?Dimension\(\s*'([^']+)'")


@dataclass(frozen=True)
class Metric:
    """One metric as it is defined.

    Attributes:
        name: in queries.
        label: on charts.
        description: what it means, in a CMO's words.
        type: simple, ratio, derived, cumulative or conversion.
        is_private: a part of other metrics, not asked for by itself.
        meta: what STATED lists.
        definition: everything that makes its values, as plain data; two versions of a metric
            are the same if these are equal.
        inputs: metrics it is computed from.
        numerator: of a ratio.
        denominator: of a ratio.
        columns: (table as schema.name, column) it reads itself or through its inputs, and
            (table, "") for each table.
    """

    name: str
    label: str
    description: str
    type: str
    is_private: bool
    meta: Mapping[str, Any]
    definition: Mapping[str, Any]
    inputs: tuple[str, ...]
    numerator: str | None
    denominator: str | None
    columns: frozenset[tuple[str, str]]

    @property
    def version(self) -> int:
        """Return its version; 0 when it states none."""
        return int(self.meta.get("version", 0))

    @property
    def unit(self) -> str:
        """Return the unit of its values."""
        return str(self.meta.get("unit", ""))

    @property
    def adds_up(self) -> bool:
        """Return whether values of days add up to those of months, and members to the total."""
        return self._aggregated.get("agg") in ADDITIVE and not self.is_stock

    @property
    def is_stock(self) -> bool:
        """Return whether a period has the value of its last day: members add up, days do not."""
        return bool(self._aggregated.get("non_additive_dimension"))

    @property
    def counts_nothing_as_zero(self) -> bool:
        """Return whether a period without any row is worth 0, and not unknown as a median is."""
        return self._aggregated.get("agg") in COUNTS

    @property
    def also_by(self) -> tuple[str, ...]:
        """Return the dimensions by which it is cut besides the usual ones."""
        return tuple(self.meta.get(ALSO_BY) or ())

    @property
    def not_by(self) -> tuple[str, ...]:
        """Return the usual dimensions by which it is not cut."""
        return tuple(self.meta.get(NOT_BY) or ())

    @property
    def only_by(self) -> str | None:
        """Return the one dimension by which it must be cut."""
        return self.meta.get(ONLY_BY)

    @property
    def _aggregated(self) -> Mapping[str, Any]:
        return self.definition.get("metric_aggregation_params") or {}

    @property
    def mart(self) -> str:
        """Return the semantic model whose rows it aggregates; empty when others make it."""
        stated = self.definition.get("metric_aggregation_params") or {}
        return str(stated.get("semantic_model", ""))

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the metrics whose values make it: a ratio's two sides, else itself."""
        if self.numerator and self.denominator:
            return self.numerator, self.denominator
        return (self.name,)

    @property
    def population(self) -> object:
        """Return what metrics share that are asked together: mart, day, how they add up."""
        stated = self._aggregated
        if not stated:
            return self.name
        time = stated.get("agg_time_dimension")
        return stated["semantic_model"], time, self.adds_up, self.is_stock

    @property
    def tables(self) -> tuple[str, ...]:
        """Return the tables it reads."""
        return tuple(sorted({table for table, _ in self.columns}))


def days_to_settle(name: str, known: Mapping[str, Metric]) -> int | None:
    """Return how many days after a period its value may still move; None without a limit."""
    metric = known[name]
    stated = metric.meta.get(SETTLES, 0)
    days = [None if stated == NEVER else int(stated)]
    days += [days_to_settle(one, known) for one in metric.inputs if one in known]
    return None if None in days else max(one or 0 for one in days)


def catalogue(target: Path) -> dict[str, Metric]:
    """Return the metrics by name.

    Args:
        target: dbt's target folder, with the semantic manifest of a parse or a build.

    Raises:
        UserError: there is no such file.
    """
    path = target / MANIFEST_FILE
    if not path.exists():
        raise UserError(f"{path} does not exist; dbt writes it: dbt parse, or make build")
    return read_catalogue(json.loads(path.read_text(encoding="utf-8")))


def read_catalogue(manifest: Mapping[str, Any]) -> dict[str, Metric]:
    """Return the metrics of a semantic manifest by name."""
    return _Reader(manifest).metrics


class _Reader:
    """The metrics of a manifest, each with what it reads in the end."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self._models = {model["name"]: model for model in manifest["semantic_models"]}
        self._stated = {metric["name"]: metric for metric in manifest["metrics"]}

    @cached_property
    def metrics(self) -> dict[str, Metric]:
        return {name: self._metric(name) for name in sorted(self._stated)}

    def _metric(self, name: str) -> Metric:
        stated = self._stated[name]
        params = stated["type_params"]
        inputs = _inputs(params)
        return Metric(
            name=name,
            label=stated["label"] or name,
            description=" ".join((stated["description"] or "").split()),
            type=stated["type"],
            is_private=bool(params.get("is_private")),
            meta=(stated.get("config") or {}).get("meta") or {},
            definition=_without_nothing(
                {"type": stated["type"], "filter": _filters(stated), **params}
            ),
            inputs=inputs,
            numerator=(params.get("numerator") or {}).get("name"),
            denominator=(params.get("denominator") or {}).get("name"),
            columns=frozenset(self._columns(name, set())),
        )

    def _columns(self, name: str, seen: set[str]) -> Iterable[tuple[str, str]]:
        if name in seen or name not in self._stated:
            return
        seen.add(name)
        stated = self._stated[name]
        params = stated["type_params"]
        for one in _inputs(params):
            yield from self._columns(one, seen)
        aggregated = params.get("metric_aggregation_params")
        if aggregated:
            model = self._models[aggregated["semantic_model"]]
            table = _table(model)
            yield table, ""
            yield from ((table, column) for column in _names_in(params.get("expr") or name))
            time = aggregated.get("agg_time_dimension") or (model["defaults"] or {}).get(
                "agg_time_dimension"
            )
            yield from self._dimension(model, time)
        for template in _filters(stated):
            for dimension in _NAME_IN_FILTER.findall(template):
                yield from self._filtered(dimension)

    def _filtered(self, name: str) -> Iterable[tuple[str, str]]:
        """Yield the columns behind entity__dimension, of every model that has the entity."""
        entity, _, dimension = name.rpartition("__")
        for model in self._models.values():
            if any(one["name"] == entity and one["type"] in ("primary", "unique", "natural")
                   for one in model["entities"]):  # fmt: skip
                yield from self._dimension(model, dimension)

    def _dimension(self, model: Mapping[str, Any], name: str | None) -> Iterable[tuple[str, str]]:
        for dimension in model["dimensions"]:
            if dimension["name"] == name:
                table = _table(model)
                yield from (
                    (table, column) for column in _names_in(dimension["expr"] or dimension["name"])
                )


def _table(model: Mapping[str, Any]) -> str:
    relation = model["node_relation"]
    return f"{relation['schema_name']}.{relation['alias']}".lower()


def _inputs(params: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the metrics that a metric is made of."""
    conversion = params.get("conversion_type_params") or {}
    cumulative = params.get("cumulative_type_params") or {}
    stated = [
        params.get("numerator"),
        params.get("denominator"),
        *(params.get("metrics") or []),
        conversion.get("base_metric"),
        conversion.get("conversion_metric"),
        cumulative.get("metric"),
    ]
    return tuple(dict.fromkeys(one["name"] for one in stated if one))


def _filters(stated: Mapping[str, Any]) -> list[str]:
    found = (stated.get("filter") or {}).get("where_filters") or []
    return [" ".join(one["where_sql_template"].split()) for one in found]


def _names_in(expression: str) -> set[str]:
    parsed = sqlglot.parse_one(str(expression), dialect="duckdb")
    return {column.name.lower() for column in parsed.find_all(exp.Column)}


def _without_nothing(value: Any) -> Any:
    """Leave out what is not set, so that a new field of dbt's is not a changed definition."""
    if isinstance(value, Mapping):
        kept = {name: _without_nothing(one) for name, one in value.items()}
        return {name: one for name, one in sorted(kept.items()) if one not in (None, [], {}, False)}
    if isinstance(value, list):
        return [_without_nothing(one) for one in value]
    return value
