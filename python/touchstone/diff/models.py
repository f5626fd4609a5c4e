"""What was changed in models, macros and semantic models, and what a change can reach."""

import difflib
import json
import re
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import duckdb
from sqlglot.schema import MappingSchema

from touchstone.diff.changes import Change, Kind, Line
from touchstone.diff.lineage import ROWS, Followed, Node, follow
from touchstone.diff.movements import AFTER, BEFORE, Behind
from touchstone.diff.sides import STEM, Side
from touchstone.diff.tables import OF_DEFINITIONS

PATCH_LINES = 60
_VAR = re.compile(r"""\b(?:var|var_one_of|setting)\(\s*['"](\w+)['"]""")
# The rows a reader knows by name, in the order in which one is chosen.
ID_COLUMNS = {
    "opportunity_id": "deals",
    "lead_cycle_id": "lead cycles",
    "touch_id": "touches",
    "person_id": "people",
    "campaign_id": "campaigns",
}


class Project:
    """One side's models as dbt compiled them."""

    def __init__(
        self,
        side: Side,
        connection: duckdb.DuckDBPyConnection,
        alias: str,
        followed: dict[str, Followed],
    ) -> None:
        """Take a built side, attached to the connection under the alias.

        `followed` is what is known of SQL texts: most are the same on both sides.
        """
        self._manifest = side.manifest
        self._connection, self._alias = connection, alias
        nodes = self._manifest["nodes"].values()
        self.models = {node["name"]: node for node in nodes if node["resource_type"] == "model"}
        self.seeds = {node["name"]: node for node in nodes if node["resource_type"] == "seed"}
        self.macros: dict[str, Any] = {
            name: macro
            for name, macro in self._manifest["macros"].items()
            if macro["package_name"] == "touchstone"
        }
        self._known = followed

    @cached_property
    def schema(self) -> dict[str, dict[str, dict[str, dict[str, str]]]]:
        """Return catalog -> schema -> table -> column -> type, in the order of the columns."""
        found: dict[str, Any] = {}
        for schema, table, column, kind in self._connection.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() "
            "where database_name = $1 order by all",
            [self._alias],
        ).fetchall():
            found.setdefault(STEM, {}).setdefault(schema, {}).setdefault(table, {})[column] = kind
        return found

    @cached_property
    def columns(self) -> MappingSchema:
        """Return the same in the form in which sqlglot looks columns up."""
        return MappingSchema(dict(self.schema), dialect="duckdb")

    @cached_property
    def seed_columns(self) -> dict[str, frozenset[str]]:
        """Return the columns of definition seeds; those of a part as whole/part."""
        found = {}
        for name, node in self.seeds.items():
            whole = node["config"]["meta"].get("definition", {}).get("part_of")
            columns = self.schema.get(STEM, {}).get("definitions", {}).get(name, {})
            found[f"{whole}/{name}" if whole else name] = frozenset(columns)
        return found

    @cached_property
    def semantics(self) -> dict[str, Any]:
        """Return the semantic models by name, without what only places them."""
        told = {}
        for node in self._manifest["semantic_models"].values():
            kept = {name: node.get(name) for name in ("entities", "dimensions", "defaults")}
            told[node["name"]] = json.loads(json.dumps(kept, sort_keys=True))
        return told

    def table(self, name: str) -> str:
        """Return the table of a model or seed as schema.name."""
        node = self.models.get(name) or self.seeds[name]
        return f"{node['schema']}.{node['alias']}".lower()

    def cut_columns(self, mart: str, path: str) -> frozenset[Node]:
        """Return the columns that a cut reads on its way from a mart to the dimension.

        Args:
            mart: name of a semantic model.
            path: as MetricFlow groups by it: entity__dimension, over several entities or none.
        """
        *entities, dimension = path.split("__")
        found: set[Node] = set()
        marts = [mart]
        for entity in entities:
            found |= self._parts(marts, "entities", entity)
            owners = [
                name
                for name, stated in self.semantics.items()
                for one in stated["entities"] or ()
                if one["name"] == entity and _kind_of(one) in ("primary", "unique")
            ]
            marts = owners or marts  # a mart's own dimension is named by its own entity
        return frozenset(found | self._parts(marts, "dimensions", dimension))

    def _parts(self, marts: Iterable[str], what: str, name: str) -> set[Node]:
        return {
            (self.table(mart), (part.get("expr") or name).lower())
            for mart in marts
            for part in self.semantics[mart][what] or ()
            if part["name"] == name
        }

    def followed(self, model: str) -> Followed:
        """Return where the columns of a model come from."""
        sql = self.models[model]["compiled_code"]
        if sql not in self._known:
            self._known[sql] = follow(sql, self.columns)
        return self._known[sql]

    def macros_of(self, model: str) -> set[str]:
        """Return the macros a model calls, directly or through others."""
        found: set[str] = set()
        waiting = list(self.models[model]["depends_on"]["macros"])
        while waiting:
            name = waiting.pop()
            if name in self.macros and name not in found:
                found.add(name)
                waiting += self.macros[name]["depends_on"]["macros"]
        return found

    def settings_of(self, model: str) -> set[str]:
        """Return the vars that a model's SQL is written with."""
        texts = [self.models[model]["raw_code"]]
        texts += [self.macros[name]["macro_sql"] for name in self.macros_of(model)]
        return {name for text in texts for name in _VAR.findall(text)}

    def parents(self, model: str) -> list[str]:
        """Return the names of models and seeds that a model refers to.

        A raw table that was loaded is named as the seed of the sample is: a source and a mart may
        both be called opportunities.
        """
        nodes = self.models[model]["depends_on"]["nodes"]
        return ["__".join(node.split(".")[2:]) for node in nodes]


def compare_models(
    before: Project, after: Project, explained: Container[Node] = ()
) -> list[Change]:
    """Return models and macros whose text was changed, with the columns it changes.

    Args:
        before: the base.
        after: the working tree.
        explained: what definitions and settings changed in SQL that nobody edited.
    """
    changes = []
    by_macro: dict[str, set[Node]] = defaultdict(set)
    for name in sorted(before.models.keys() | after.models.keys()):
        old, new = before.models.get(name), after.models.get(name)
        if old is None or new is None:
            changes.append(_come_or_gone(name, before if new is None else after, new is None))
            continue
        nodes = _changed_nodes(name, before, after)
        if old["raw_code"].strip() != new["raw_code"].strip():
            changes.append(
                Change(
                    Kind.MODEL,
                    new["original_file_path"],
                    "changed",
                    _told(nodes),
                    nodes,
                    note="" if nodes else "it still says the same: same columns, same expressions",
                    patch=patch(old["raw_code"], new["raw_code"]),
                )
            )
            continue
        macros = changed_macros(before, after) & after.macros_of(name)
        for macro in macros:
            by_macro[macro] |= nodes
        left = frozenset(node for node in nodes if node not in explained)
        if left and not macros and after.table(name) not in OF_DEFINITIONS:
            changes.append(
                Change(
                    Kind.MODEL,
                    new["original_file_path"],
                    "changed",
                    _told(left),
                    left,
                    note="nobody edited it: a var, YAML or the columns of the data write its SQL",
                    patch=patch(old["compiled_code"], new["compiled_code"]),
                )
            )
    for macro in sorted(changed_macros(before, after)):
        old_text, new_text = (_macro_text(side, macro) for side in (before, after))
        path = (after.macros.get(macro) or before.macros[macro])["original_file_path"]
        changes.append(
            Change(
                Kind.MACRO,
                f"{path}: {macro.rpartition('.')[2]}",
                "changed" if old_text and new_text else "added" if new_text else "removed",
                _told(frozenset(by_macro[macro])),
                frozenset(by_macro[macro]),
                note="" if by_macro[macro] else "no model's SQL says anything else by it",
                patch=patch(old_text, new_text),
            )
        )
    return changes


def _come_or_gone(name: str, side: Project, is_gone: bool) -> Change:
    node = side.models[name]
    columns = side.schema.get(STEM, {}).get(node["schema"], {}).get(node["alias"], {})
    nodes = {(side.table(name), column.lower()) for column in (*columns, ROWS)}
    return Change(
        Kind.MODEL,
        node["original_file_path"],
        "removed" if is_gone else "added",
        nodes=frozenset(nodes),
    )


def changed_macros(before: Project, after: Project) -> set[str]:
    """Return the macros whose text differs."""
    return {
        name
        for name in before.macros.keys() | after.macros.keys()
        if _macro_text(before, name) != _macro_text(after, name)
    }


def _macro_text(side: Project, name: str) -> str:
    return str(side.macros.get(name, {}).get("macro_sql", "")).strip()


def _changed_nodes(name: str, before: Project, after: Project) -> frozenset[Node]:
    """Return the columns of a model whose expressions differ, and its rows if those do."""
    old_sql, new_sql = (side.models[name]["compiled_code"] for side in (before, after))
    if old_sql == new_sql:
        return frozenset()
    old, new = before.followed(name), after.followed(name)
    table = after.table(name)
    columns = {
        column
        for column in old.columns.keys() | new.columns.keys()
        if column not in old.columns
        or column not in new.columns
        or old.columns[column].signature != new.columns[column].signature
    }
    found = {(table, column) for column in columns}
    if old.rows.signature != new.rows.signature:
        found.add((table, ROWS))
    return frozenset(found)


def _told(nodes: frozenset[Node]) -> tuple[Line, ...]:
    by_table: dict[str, list[str]] = defaultdict(list)
    for table, column in sorted(nodes):
        by_table[table].append(column or "which rows there are")
    return tuple(Line(table, "", ", ".join(columns)) for table, columns in by_table.items())


def compare_semantics(before: Project, after: Project) -> list[Change]:
    """Return the semantic models whose dimensions, entities or days differ."""
    changes = []
    for name in sorted(before.semantics.keys() & after.semantics.keys()):
        old, new = before.semantics[name], after.semantics[name]
        lines = [*_parts_differ(old, new, "entities"), *_parts_differ(old, new, "dimensions")]
        if old["defaults"] != new["defaults"]:
            lines.append(Line("defaults", str(old["defaults"]), str(new["defaults"])))
        if lines:
            table = after.table(name)
            nodes = {(table, line.what.rpartition(" ")[2]) for line in lines} | {(table, ROWS)}
            changes.append(Change(Kind.SEMANTICS, name, "changed", tuple(lines), frozenset(nodes)))
    return changes


def _parts_differ(old: Mapping[str, Any], new: Mapping[str, Any], what: str) -> list[Line]:
    one = {part["name"]: _essence(part) for part in old[what] or ()}
    other = {part["name"]: _essence(part) for part in new[what] or ()}
    return [
        Line(f"{what} {name}", one.get(name, ""), other.get(name, ""))
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    ]


def _kind_of(part: Mapping[str, Any]) -> str:
    return str(getattr(part["type"], "value", part["type"]))


def _essence(part: Mapping[str, Any]) -> str:
    kind = _kind_of(part)
    params = part.get("type_params") or {}
    grain = params.get("time_granularity") or ""
    return " ".join(str(word) for word in (kind, part.get("expr") or part["name"], grain) if word)


def consequences(
    before: Project, after: Project, changed_seeds: Iterable[str], changed_settings: Iterable[str]
) -> tuple[dict[str, set[Node]], dict[str, set[Node]]]:
    """Return what changed in models nobody edited: by seed and by setting that wrote their SQL."""
    seeds, settings = set(changed_seeds), set(changed_settings)
    by_seed: dict[str, set[Node]] = defaultdict(set)
    by_setting: dict[str, set[Node]] = defaultdict(set)
    macros = changed_macros(before, after)
    for name in before.models.keys() & after.models.keys():
        if before.models[name]["raw_code"].strip() != after.models[name]["raw_code"].strip():
            continue
        if macros & after.macros_of(name):
            continue
        nodes = _changed_nodes(name, before, after)
        if not nodes:
            continue
        for setting in settings & after.settings_of(name):
            by_setting[setting] |= nodes
        for seed in seeds & set(after.parents(name)):
            by_seed[seed] |= nodes
    return by_seed, by_setting


class Reach:
    """What can move when columns of tables change: the lineage of both sides, downstream."""

    def __init__(self, *sides: Project) -> None:
        """Take the sides; a column that was removed has its readers in the older one."""
        self._sides = sides

    def of(self, nodes: Iterable[Node]) -> frozenset[Node]:
        """Return everything that reads the columns, directly or not, and the columns themselves."""
        found = set(nodes)
        for side in self._sides:
            tables = {table for table, _ in found}
            for name in self._downstream(side, tables):
                found |= self._reached(side, name, found)
        return frozenset(found)

    @staticmethod
    def _downstream(side: Project, tables: set[str]) -> list[str]:
        """Return the models behind the tables, each after those that it reads."""
        reached = {name for name in (*side.models, *side.seeds) if side.table(name) in tables}
        found = []
        for name in _in_order(side):
            if reached & set(side.parents(name)):
                reached.add(name)
                found.append(name)
        return found

    @staticmethod
    def _reached(side: Project, name: str, changed: set[Node]) -> set[Node]:
        followed, table = side.followed(name), side.table(name)
        if followed.rows.reads & changed or followed.is_opaque:
            return {(table, ROWS), *((table, column) for column in followed.columns)}
        return {
            (table, column) for column, part in followed.columns.items() if part.reads & changed
        }


def _in_order(side: Project) -> Sequence[str]:
    found: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in found or name not in side.models:
            return
        for parent in side.parents(name):
            visit(parent)
        found[name] = None

    for name in sorted(side.models):
        visit(name)
    return list(found)


def differing_rows(
    connection: duckdb.DuckDBPyConnection,
    sides: tuple[Project, Project],
    columns: Iterable[Node],
    named: int,
) -> Behind | None:
    """Return the deals, leads or touches that differ in the nearest table that has them.

    Args:
        connection: with both sides attached.
        sides: the base and the working tree.
        columns: what a metric reads.
        named: how many ids to give.
    """
    after = sides[1]
    by_table = {after.table(name): name for name in after.models}
    wanted = {(table, column) for table, column in columns if column}
    while wanted:
        for table in sorted({table for table, _ in wanted}):
            needed = {column for one, column in wanted if one == table}
            found = _differing(connection, sides, table, needed, named)
            if found:
                return found
        wanted = {
            node
            for table, column in wanted
            if table in by_table
            for node in after.followed(by_table[table]).part(column).reads
            if node[1]
        }
    return None


def _differing(
    connection: duckdb.DuckDBPyConnection,
    sides: tuple[Project, Project],
    table: str,
    needed: set[str],
    named: int,
) -> Behind | None:
    schema, _, name = table.partition(".")
    old, new = (side.schema[STEM].get(schema, {}).get(name, {}) for side in sides)
    here = old.keys() & new.keys()
    key = next((one for one in ID_COLUMNS if one in here), None)
    if key is None or not needed & here:
        return None
    listed = ", ".join(f'"{one}"' for one in sorted({key, *(needed & here)}))
    rows = [f"select {listed} from {side}.{table}" for side in (BEFORE, AFTER)]
    [(count, ids)] = connection.execute(
        f"select count(distinct {key}), list(distinct {key} order by {key})[1:$1] from "
        f"(({rows[0]} except all {rows[1]}) union all ({rows[1]} except all {rows[0]}))",
        [named],
    ).fetchall()
    if not count:
        return None
    return Behind({ID_COLUMNS[key]: count}, tuple((str(one), None) for one in ids))


def patch(old: str, new: str) -> str:
    """Return a unified diff of two texts, cut where it is too long to read."""
    lines = list(
        difflib.unified_diff(old.strip().splitlines(), new.strip().splitlines(), lineterm="", n=2)
    )[2:]
    if len(lines) > PATCH_LINES:
        lines = [*lines[:PATCH_LINES], f"... and {len(lines) - PATCH_LINES} lines more"]
    return "\n".join(lines)
