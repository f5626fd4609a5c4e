"""Which definitions differ from those a period was locked with, and which numbers they reach."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from touchstone.errors import UserError
from touchstone.locks.agreed import Lock
from touchstone.locks.numbers import CREDITS, insert
from touchstone.metrics.catalogue import Metric

# They hold what leaves the warehouse and move no number.
NO_NUMBERS = "guards"
# What a build is of, and what its clock says, is no definition; the rest of the settings is.
NO_DEFINITIONS = ("raw_data", "as_of")
# Tables by which metrics of other tables are cut: their definitions reach the members alone.
CUT_BY = ("core.accounts", "core.campaigns")
CREDIT_TABLE = "attribution.model_credits_by_month"
# All of one definition: its newest version, and a hash of the texts of all.
IN_FORCE = f"""
    select
        definition_id,
        any_value(definition_kind) as definition_kind,
        arg_max(definition_name, version_number) as definition_name,
        max(version_number) as version,
        max(valid_from_date) as valid_from_date,
        md5(string_agg(
            version_number || ' ' || definition_text, chr(10)
            order by version_number, definition_text
        )) as content_digest
    from quality.definitions
    where definition_kind <> '{NO_NUMBERS}'
    group by definition_id
"""

NOTHING_CHANGED = (
    "create or replace temp table lock_changed_definitions "
    "(period varchar, metric varchar, is_cut boolean, changed_definitions varchar)"
)
_CHANGED_SQL = f"""
    create or replace temp table lock_changed_definitions as
    with today as (
        select in_force.*, period, end_date from ({IN_FORCE}) as in_force, lock_revisions
    ),

    agreed as (
        select locked_definitions.*, end_date
        from locked_definitions
        inner join lock_revisions using (period, revision)
    ),

    pairs as (
        select
            period,
            end_date,
            definition_id,
            definition_kind,
            agreed.version as before,
            today.version as after,
            valid_from_date
        from today
        full join agreed using (period, end_date, definition_id)
        where agreed.content_digest is distinct from today.content_digest
    ),

    differences as (
        select
            period,
            definition_id,
            coalesce(definition_kind, split_part(definition_id, '.', 1)) as definition_kind,
            definition_id || ' ' || case
                when before is distinct from after
                    then coalesce('v' || before, 'none') || ' -> ' || coalesce('v' || after, 'none')
                else 'v' || after || ', changed without a new version'
            end || case
                when after > before and valid_from_date >= end_date
                    then ' (from ' || valid_from_date || ')'
                else ''
            end as difference
        from pairs
    ),

    told as (
        select period, metric, is_cut, difference
        from differences
        inner join lock_reach using (definition_kind)
        union all
        select period, metric, is_cut, difference
        from differences
        inner join lock_reach using (definition_id)
        union all
        -- also of a metric that is not defined any more
        select period, substr(definition_id, 8), is_cut, difference
        from differences, (values (true), (false)) as both (is_cut)
        where starts_with(definition_id, 'metric.')
        union all
        select period, metric, is_cut, difference
        from lock_settings, (select distinct metric, is_cut from lock_reach)
    )

    select
        period,
        metric,
        is_cut,
        string_agg(distinct difference, '; ' order by difference) as changed_definitions
    from told
    group by all
"""


def read_settings(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the vars that the warehouse was built with, and raise UserError if it says none."""
    try:
        rows = connection.execute(
            "select setting_name, coalesce(setting_value, '') from quality.settings order by all"
        ).fetchall()
    except duckdb.CatalogException as error:
        raise UserError(
            "the warehouse does not say with which settings it was built (quality.settings); "
            "build it: touchstone build"
        ) from error
    return dict(rows)


def compare(
    connection: duckdb.DuckDBPyConnection,
    target: Path,
    known: Mapping[str, Metric],
    locks: Sequence[Lock],
    settings: Mapping[str, str],
) -> None:
    """Make lock_changed_definitions: what differs, by period, metric and whether it is cut.

    Args:
        connection: of the warehouse, with the temporary table locked_definitions.
        target: dbt's target folder; its manifest says which seeds a table is made of.
        known: all metrics.
        locks: as last agreed.
        settings: of the build.
    """
    connection.execute(
        "create or replace temp table lock_revisions "
        "(period varchar, revision integer, end_date date)"
    )
    insert(connection, "lock_revisions", [[one.period, one.revision, one.end] for one in locks])
    connection.execute(
        "create or replace temp table lock_settings (period varchar, difference varchar)"
    )
    insert(connection, "lock_settings", [
        [lock.period, f"{name} {lock.settings.get(name, 'none')} -> {settings.get(name, 'none')}"]
        for lock in locks
        for name in sorted(lock.settings.keys() | settings.keys())
        if name not in NO_DEFINITIONS and lock.settings.get(name) != settings.get(name)
    ])  # fmt: skip
    _reached(connection, target, known)
    connection.execute(_CHANGED_SQL)


def _reached(
    connection: duckdb.DuckDBPyConnection, target: Path, known: Mapping[str, Metric]
) -> None:
    """Make lock_reach: the kinds of definitions, and the metrics, that a metric is made of."""
    seeds = _seeds_by_table(target)
    cut_by = {seed for table in CUT_BY for seed in seeds.get(table, ())}
    rows: list[list[object]] = []
    for metric in known.values():
        own = {seed for table in metric.tables for seed in seeds.get(table, ())}
        names = _made_of(metric.name, known)
        for is_cut, kinds in ((False, own), (True, own | cut_by)):
            rows += [[metric.name, is_cut, kind, None] for kind in sorted(kinds)]
            rows += [[metric.name, is_cut, None, f"metric.{name}"] for name in sorted(names)]
    rows += [
        [name, True, kind, None] for name in CREDITS for kind in sorted(seeds.get(CREDIT_TABLE, ()))
    ]
    connection.execute(
        "create or replace temp table lock_reach (metric varchar, is_cut boolean, "
        "definition_kind varchar, definition_id varchar)"
    )
    insert(connection, "lock_reach", rows)


def _made_of(name: str, known: Mapping[str, Metric]) -> set[str]:
    inputs = known[name].inputs if name in known else ()
    return {name}.union(*(_made_of(one, known) for one in inputs))


def _seeds_by_table(target: Path) -> dict[str, set[str]]:
    """Return the seeds of definitions that each table is made of, by schema.name."""
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    nodes: Mapping[str, Any] = manifest["nodes"]
    found: dict[str, set[str]] = {}

    def of_node(node_id: str) -> set[str]:
        node = nodes.get(node_id)
        if node is None:
            return set()
        if node_id not in found:
            own = {node["name"]} if node["resource_type"] == "seed" else set()
            parents: Iterable[str] = (node.get("depends_on") or {}).get("nodes") or []
            found[node_id] = own.union(*(of_node(parent) for parent in parents))
        return found[node_id]

    return {
        f"{node['schema']}.{node['alias']}".lower(): of_node(node_id)
        for node_id, node in nodes.items()
        if node["resource_type"] == "model"
    }
