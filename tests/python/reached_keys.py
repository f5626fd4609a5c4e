"""The rules by which changes reach keys, model by model, on random days and without dbt.

A maintained table is computed again for the keys that the changes of its inputs reach. Here the
tables of the day before and of the day are both built whole from the models' own SQL; then of each
table with a key it must hold that every key whose rows differ was reached, and that the reached
keys computed from inputs cut to them give the rows of the whole build. A fault shows in the model
that has it, and not in those after it; a day costs a quarter of what it costs through dbt.

    python tests/python/reached_keys.py 1 2 3 --days 5
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import duckdb

from daily_changes import CHANGES, NOTHING
from daily_loads import ARRIVALS, PROJECT, Player, draw_plan
from raw_world import Row, World, begin, copy_of, land

LEFT_OUT = {"a_table_is_dropped"}  # a table that comes or goes is another SQL, and built whole


@dataclass
class Kept:
    """A model and how it is kept."""

    name: str
    relation: str
    sql: str
    is_view: bool
    by: str | None
    rules: dict[str, dict[str, str]]
    reads: list[str]  # models that it names itself
    inputs: list[str] = field(default_factory=list)  # models whose changes reach it, through views
    is_raw: bool = False
    remembers: str | None = None  # what names a row of a table that remembers


def place(relation: str, catalog: str = "touchstone") -> str:
    schema, _, name = relation.partition(".")
    return f'"{catalog}"."{schema}"."{name}"'


def kept_models(player: Player, compiled: dict[str, str]) -> dict[str, Kept]:
    """Return the models in the order of the graph, with their rules from the project."""
    nodes = player.workbench.manifest().nodes
    kept: dict[str, Kept] = {}
    for model in player.workbench.models():
        node = next(
            node
            for node in nodes.values()
            if node.name == model.name and node.resource_type.value == "model"
        )
        settings: dict[str, Any] = (node.config.meta or {}).get("maintained", {})
        parents = [parent for parent in node.depends_on.nodes if parent.startswith("model.")]
        reads = [nodes[parent].name for parent in parents]
        kept[model.name] = Kept(
            model.name,
            model.relation,
            compiled[model.name],
            model.is_view,
            settings.get("by"),
            settings.get("inputs", {}),
            reads,
            is_raw=any(parent.startswith("source.") for parent in node.depends_on.nodes),
            remembers=settings.get("keeps"),
        )
    for each in kept.values():
        for name in each.reads:
            each.inputs += kept[name].inputs if kept[name].is_view else [name]
    return kept


class Days:
    """The tables of two days in one database in memory."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.connection = duckdb.connect()
        self.kept: dict[str, Kept] = {}

    def begin(self, world: World) -> None:
        """Compile the models, and build them for the first day."""
        if not self.kept:
            self.player._copy_seeded(self.player.daily)
            self.player._land(self.player.daily, world, {}, frozenset(), Random(1))
            compiled = self.player.workbench.build(self.player.daily, ["compile"])
            self.kept = kept_models(self.player, compiled)
            self.connection.execute(f"attach '{self.player.workbench.seeded()}' as seeded")
        self.connection.execute("use memory")
        for catalog in ("touchstone", "before"):
            self.connection.execute(f"detach database if exists {catalog}")
            self.connection.execute(f"attach ':memory:' as {catalog}")
            for schema in {each.relation.split(".")[0] for each in self.kept.values()}:
                self.connection.execute(f"create schema {catalog}.{schema}")
        self.connection.execute("set threads = 1; set preserve_insertion_order = false")
        self.connection.execute("use touchstone")
        self.connection.execute("create schema definitions")
        for (name,) in self.connection.execute(
            "select table_name from duckdb_tables() where database_name = 'seeded' "
            "and schema_name = 'definitions'"
        ).fetchall():
            table = f"definitions.{name}"
            self.connection.execute(f"create table {table} as from seeded.{table}")

    def build(self) -> None:
        """Build every model whole, after putting the tables of the day before aside."""
        for each in self.kept.values():
            here, before = place(each.relation), place(each.relation, "before")
            if each.is_view:
                self.connection.execute(f"create or replace view {here} as {each.sql}")
                continue
            if self._exists(each.relation):
                self.connection.execute(f"create or replace table {before} as from {here}")
            if each.remembers and self._exists(each.relation):
                self.connection.execute(
                    f"insert into {here} select * from ({each.sql}) as records "
                    f"where ({each.remembers}) not in (select {each.remembers} from {before})"
                )
            else:
                self.connection.execute(f"create or replace table {here} as {each.sql}")

    def _exists(self, relation: str) -> bool:
        schema, _, name = relation.partition(".")
        return bool(
            self.connection.execute(
                "select 1 from duckdb_tables() where database_name = 'touchstone' "
                "and schema_name = ? and table_name = ?",
                [schema, name],
            ).fetchall()
        )

    def faults(self, counts: dict[str, int]) -> list[str]:
        """Return what is wrong with the rules of each model, for the changes of this day."""
        changed = {
            each.name: self._differing(place(each.relation, "before"), place(each.relation))
            for each in self.kept.values()
            if not each.is_view
        }
        is_changed = {name: self._any(sql) for name, sql in changed.items()}
        found = []
        for each in self.kept.values():
            if not each.by or each.is_raw or each.is_view:
                continue
            reaching = [
                self._reaching(each, name, changed[name])
                for name in each.inputs
                if is_changed[name]
            ]
            if not reaching:
                if is_changed[each.name]:
                    found.append(f"{each.name} differs though none of its inputs does")
                continue
            if None in reaching:
                continue  # computed whole and compared
            counts[each.name] = counts.get(each.name, 0) + 1
            found += self._faults_of(each, [sql for sql in reaching if sql], changed[each.name])
        return found

    def _faults_of(self, each: Kept, reaching: list[str], changed: str) -> list[str]:
        """Check one model."""
        run = self.connection.execute
        run(
            "create or replace temporary table reached as select distinct reached_key from ("
            + " union all ".join(reaching)
            + ") as reaching (reached_key) where reached_key is not null"
        )
        found = []
        rows = run(
            f"select * from ({changed}) as differing where {each.by} is null "
            f"or {each.by} not in (select reached_key from reached) limit 4"
        ).fetchall()
        if rows:
            found.append(f"{each.name}: keys not reached: {rows}")
        sql = each.sql
        for name in each.reads:
            column = self._cut_column(each, name)
            if column:
                here = place(self.kept[name].relation)
                sql = sql.replace(
                    here,
                    f"(select * from {here} where {column} in (select reached_key from reached))",
                )
        of_reached = f"{each.by} in (select reached_key from reached)"
        run(
            "create or replace temporary table computed as "
            f"select * from ({sql}) as computed_rows where {of_reached}"
        )
        whole = f"(select * from {place(each.relation)} where {of_reached})"
        if each.remembers:
            return found
        for title, first, second in (
            ("only of reached keys", "computed", whole),
            ("only whole", whole, "computed"),
        ):
            rows = run(f"from {first} except all from {second} limit 4").fetchall()
            if rows:
                found.append(f"{each.name}: {title}: {rows}")
        return found

    def _reaching(self, each: Kept, name: str, changed: str) -> str | None:
        rule = each.rules.get(name, {})
        if rule.get("reaches"):
            sql = rule["reaches"].replace("{changed}", f"({changed})")
            sql = sql.replace("{this}", place(each.relation, "before"))
            for other in each.inputs:
                sql = sql.replace("{" + other + "}", place(self.kept[other].relation))
            return f"({sql})"
        column = self._cut_column(each, name)
        return f"(select {column} from ({changed}) as changed_rows)" if column else None

    def _cut_column(self, each: Kept, name: str) -> str | None:
        rule = each.rules.get(name, {})
        if rule.get("column"):
            return rule["column"]
        if rule.get("reaches"):
            return None
        columns = self.connection.execute(f"describe {place(self.kept[name].relation)}").fetchall()
        return each.by if each.by in {column[0] for column in columns} else None

    def _differing(self, before: str, now: str) -> str:
        return (
            f"(from {before} except all from {now}) union all (from {now} except all from {before})"
        )

    def _any(self, sql: str) -> bool:
        return bool(
            self.connection.execute(f"select 1 from ({sql}) as rows_found limit 1").fetchall()
        )


def play(
    days: Days, seed: int, day_count: int, tell: Callable[[str], None], counts: dict[str, int]
) -> list[str]:
    """Play the days of a seed; return the faults of the first day that has some."""
    plan = draw_plan(seed, day_count)
    dice = Random(seed)
    world = begin(PROJECT, days.player._company(plan), dice, plan.appends)
    days.begin(world)
    landed: dict[str, list[Row]] = {}
    land(days.connection, world, landed, frozenset(), dice)
    landed = copy_of(world.landed)
    days.build()
    for day in plan.days:
        told = []
        world.now = world.now.fromordinal(world.now.toordinal() + day.days_passed)
        world.last_batch = world.last_batch[-200:]
        for step in day.steps:
            if step.name == ARRIVALS:
                told.append(f"  {world.arrive()} rows arrive")
            elif step.name in CHANGES and step.name not in LEFT_OUT:
                said = CHANGES[step.name](world, Random(step.seed))
                if said != NOTHING:
                    told.append(f"  {step.name}: {said}")
        land(days.connection, world, landed, frozenset(), Random(day.build_seed))
        landed = copy_of(world.landed)
        days.build()
        faults = days.faults(counts)
        if faults:
            tell(f"seed {seed}, day {day.number}:\n" + "\n".join(told))
            return faults
    return []


def main() -> int:
    """Play seeds; 1 when a rule is wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("seeds", nargs="*", type=int)
    parser.add_argument("--days", type=int, default=5)
    options = parser.parse_args()
    counts: dict[str, int] = {}
    failed = False
    with tempfile.TemporaryDirectory() as temporary:
        days = Days(Player(Path(temporary) / "work"))
        for seed in options.seeds:
            began, spent = time.monotonic(), time.process_time()
            faults = play(days, seed, options.days, lambda line: print(line, flush=True), counts)
            print("\n".join(faults))
            print(
                f"seed {seed}: {len(faults)} faults, {time.monotonic() - began:.0f} s, "
                f"{time.process_time() - spent:.0f} CPU s",
                flush=True,
            )
            failed = failed or bool(faults)
    print(f"{len(counts)} models checked: {counts}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
