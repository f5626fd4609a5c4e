"""Random days of a company's raw data: built day by day and built at once give the same bytes.

A plan is drawn from a seed: a small generated company, how its loader lands changes, and on each
day what happens to the raw data and the definitions, and how the build of that day runs (through,
killed halfway, in parts). After a day every table that dbt builds is compared with a warehouse
built at once from the same raw tables.

    python tests/python/daily_loads.py 1 2 3              play these seeds, compare after each day
    python tests/python/daily_loads.py 7 --shrink         and leave out what a failure does not need
"""

import argparse
import contextlib
import functools
import io
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pyarrow as pa

from daily_changes import CHANGES, NOTHING
from daily_definitions import DEFINITION_CHANGES, Definitions
from parsed_project import parsed
from raw_world import Row, World, begin, copy_of, land, small_company
from touchstone.project import WAREHOUSE_VARIABLE, connect

PROJECT = Path(__file__).parents[2]
# Tables that remember what raw data do not show again, by what names a row of theirs. A day's build
# may take what it remembers from tables of which only some are new: with the second kind, what the
# day wrote down is where the build at once begins, too.
LEDGERS = {
    "intermediate.int_people_original_sources": "record_type, record_id",
    "intermediate.int_people_records_remembered": (
        "record_type, record_id, contact_id, account_id, opportunity_id"
    ),
    "intermediate.int_lead_changes_remembered": "lead_change_id",
    "intermediate.int_opportunity_changes_remembered": "opportunity_change_id",
}
DATED_LEDGERS = ("intermediate.int_people_records_remembered",)
WITHOUT_TESTS = ["--exclude-resource-type", "test", "unit_test"]
ARRIVALS = "what comes of itself"


def remember(connection: duckdb.DuckDBPyConnection, ledger: str, sql: str) -> None:
    """Add the rows of new names to a table that remembers."""
    key = f"row({LEDGERS[ledger]})::varchar"
    connection.execute(
        f"insert into {ledger} select * from ({sql}) as records "
        f"where {key} not in (select {key} from {ledger})"
    )


# --- plans ---


@dataclass(frozen=True)
class Step:
    """One thing that happens: a change by its name, and the seed of its dice."""

    name: str
    seed: int


@dataclass(frozen=True)
class Day:
    """What happens before a build, and how the build runs."""

    number: int
    days_passed: int
    steps: tuple[Step, ...]
    build: str  # through | killed | half | part | twice
    build_seed: int


@dataclass(frozen=True)
class Plan:
    """One sequence of daily loads."""

    seed: int
    accounts: int
    months: int
    appends: bool
    typed_share: float
    whole_above_percent: int
    days: tuple[Day, ...]


def draw_plan(
    seed: int, days: int = 4, *, accounts: int | None = None, most_steps: int = 40
) -> Plan:
    """Draw a plan; the same seed and number of days give the same plan."""
    dice = Random(seed)
    builds = ["through"] * 8 + ["killed", "half", "part", "twice"]
    drawn = []
    for number in range(1, days + 1):
        # a day costs the same whatever happens on it: much happens, and most rows stay as they are
        names = [dice.choice(list(CHANGES)) for _ in range(dice.choice([2, 8, most_steps]))]
        if dice.random() < 0.2:
            names.append(dice.choice(list(DEFINITION_CHANGES)))
        if dice.random() < 0.5:
            names.append(ARRIVALS)
        dice.shuffle(names)
        steps = tuple(Step(name, dice.randrange(2**32)) for name in names)
        drawn.append(
            Day(
                number,
                dice.choice([1, 1, 1, 3, 10]),
                steps,
                dice.choice(builds),
                dice.randrange(2**32),
            )
        )
    return Plan(
        seed=seed,
        accounts=accounts or dice.choice([40, 100, 200]),
        months=dice.choice([6, 9, 12]),
        appends=dice.random() < 0.5,
        typed_share=dice.choice([0, 0.5]),
        # beyond any share, so that small tables are not always built whole
        whole_above_percent=dice.choice([25, 1000, 1_000_000]),
        days=tuple(drawn),
    )


# --- building ---


@dataclass(frozen=True)
class Model:
    """A table or view that dbt builds."""

    name: str
    relation: str
    is_view: bool


class Workbench:
    """A copy of the project whose definitions may be edited, and what dbt builds from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = folder / "project"
        shutil.rmtree(folder, ignore_errors=True)
        skip = shutil.ignore_patterns("raw", "expected", "python", "__pycache__")
        for name in ("models", "macros", "seeds", "tests", "analyses"):
            shutil.copytree(PROJECT / name, self.project / name, ignore=skip)
        for name in ("dbt_project.yml", "profiles.yml"):
            shutil.copy(PROJECT / name, self.project / name)
        self._manifests: dict[str, Any] = {}
        self._seeded: dict[str, Path] = {}
        self.restore()

    def restore(self) -> None:
        """Bring back the definitions and settings of the project."""
        definitions = self.project / "seeds" / "definitions"
        shutil.copytree(PROJECT / "seeds" / "definitions", definitions, dirs_exist_ok=True)
        self.definitions = Definitions(definitions, {"raw_data": "loaded"})

    def version(self) -> str:
        """Return what the definitions are, as text."""
        files = sorted(self.definitions.folder.glob("*.csv"))
        return json.dumps([path.read_text(encoding="utf-8") for path in files])

    def manifest(self) -> Any:
        """Parse the project, once for each version of its definitions.

        dbt renders the SQL of a model anew each time it builds it, with the settings of that time:
        they are not part of what is parsed.
        """
        version = self.version()
        if version not in self._manifests:
            settings = self.definitions.settings
            warehouse = self.folder / "touchstone.duckdb"
            self._manifests[version] = parsed(self.project, settings, warehouse).manifest
        return self._manifests[version]

    def seeded(self) -> Path:
        """Return a warehouse with nothing but the definitions in it."""
        version = self.version()
        if version not in self._seeded:
            warehouse = self.folder / "seeded" / str(len(self._seeded)) / "touchstone.duckdb"
            warehouse.parent.mkdir(parents=True)
            connect(warehouse).close()
            self.build(warehouse, ["seed"])
            self._seeded[version] = warehouse
        return self._seeded[version]

    def build(self, warehouse: Path, command: list[str]) -> dict[str, str]:
        """Run a command of dbt on a warehouse; return the SQL of each model that it ran."""
        outcome = self._dbt(warehouse, command, self.manifest())
        problems = [
            f"{result.node.name}: {result.message}"
            for result in getattr(outcome.result, "results", [])
            if result.status in ("error", "fail", "runtime error")
        ]
        if not outcome.success:
            raise BuildFailedError(f"dbt {' '.join(command)}: {outcome.exception or ''} {problems}")
        return {
            result.node.name: result.node.compiled_code
            for result in getattr(outcome.result, "results", [])
            if result.node.resource_type.value == "model"
        }

    def build_by_sql(self, warehouse: Path, compiled: dict[str, str]) -> None:
        """Build every model at once from its own SQL, without dbt: four times as fast."""
        with connect(warehouse) as connection:
            connection.execute("set threads = 1")  # tables are tiny
            connection.execute("begin")
            for schema in {model.relation.split(".")[0] for model in self.models()}:
                connection.execute(f"create schema if not exists {schema}")
            for model in self.models():
                if model.relation in LEDGERS:
                    remember(connection, model.relation, compiled[model.name])
                    continue
                kind = "view" if model.is_view else "table"
                connection.execute(f"create {kind} {model.relation} as {compiled[model.name]}")
            connection.execute("commit")

    def build_until_killed(
        self, warehouse: Path, command: list[str], node: int, milliseconds: int
    ) -> bool:
        """Run a command of dbt in another process, and kill that while it works on a node."""
        manifest = self.manifest()  # parsed before, so that the child need not
        child = os.fork()
        if child == 0:
            try:
                die_while_building(
                    warehouse, self._arguments(command), manifest, node, milliseconds
                )
            finally:
                os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL

    def models(self) -> list[Model]:
        """Return everything that dbt builds, each after what it reads."""
        nodes = {
            node.unique_id: node
            for node in self.manifest().nodes.values()
            if node.resource_type.value == "model"
        }
        ordered: list[Model] = []
        while nodes:
            ready = [
                node
                for node in nodes.values()
                if not any(parent in nodes for parent in node.depends_on.nodes)
            ]
            for node in sorted(ready, key=lambda node: str(node.unique_id)):
                ordered.append(
                    Model(
                        node.name, f"{node.schema}.{node.alias}", node.config.materialized == "view"
                    )
                )
                del nodes[node.unique_id]
        return ordered

    def _dbt(self, warehouse: Path, command: list[str], manifest: Any) -> Any:
        return invoke(warehouse, self._arguments(command), manifest)

    def _arguments(self, command: list[str]) -> list[str]:
        settings = json.dumps(self.definitions.settings)
        places = ["--project-dir", str(self.project), "--profiles-dir", str(self.project)]
        quiet = ["--quiet", "--log-level", "none", "--log-level-file", "none", "--no-write-json"]
        return [*quiet, *command, "--vars", settings, *places]


class BuildFailedError(Exception):
    """A build that had to succeed did not."""


def invoke(
    warehouse: Path,
    arguments: list[str],
    manifest: Any = None,
    on_event: Callable[[Any], None] | None = None,
) -> Any:
    """Run dbt in this process and let go of the warehouse."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    before = os.environ.get(WAREHOUSE_VARIABLE)
    os.environ[WAREHOUSE_VARIABLE] = str(warehouse)
    try:
        return dbtRunner(manifest=manifest, callbacks=[on_event] if on_event else []).invoke(
            arguments
        )
    finally:
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
        if before is None:
            del os.environ[WAREHOUSE_VARIABLE]
        else:
            os.environ[WAREHOUSE_VARIABLE] = before


def die_while_building(
    warehouse: Path, arguments: list[str], manifest: Any, node: int, milliseconds: int
) -> None:
    """Build, and be killed a moment after the build of a node began."""
    begun = Counter[str]()

    def count(event: Any) -> None:
        if event.info.name == "NodeStart":
            begun["nodes"] += 1
            if begun["nodes"] == node:
                threading.Timer(milliseconds / 1000, os.kill, [os.getpid(), signal.SIGKILL]).start()

    invoke(warehouse, arguments, manifest, count)


# --- comparing ---


@dataclass(frozen=True)
class Difference:
    """A table that is not the same in both warehouses."""

    model: str
    columns: tuple[str, ...]
    only_daily: tuple[str, ...]
    only_whole: tuple[str, ...]

    def __str__(self) -> str:
        lines = [
            f"{self.model}: {len(self.only_daily)} rows only day by day (-), "
            f"{len(self.only_whole)} only at once (+)"
        ]
        lines.append(f"    {', '.join(self.columns)}")
        lines += [f"  - {row}" for row in self.only_daily[:4]]
        lines += [f"  + {row}" for row in self.only_whole[:4]]
        return "\n".join(lines)


def contents(
    warehouse: Path, models: list[Model]
) -> dict[str, tuple[tuple[str, ...], Counter[str]]]:
    """Return columns with types, and rows as text, of every table."""
    found = {}
    with connect(warehouse, read_only=True) as connection:
        for model in models:
            columns = connection.execute(f"describe {model.relation}").fetchall()
            rows = connection.execute(f"select * from {model.relation}").fetchall()
            found[model.name] = (
                tuple(f"{name} {kind}" for name, kind, *_ in columns),
                Counter(
                    map(repr, rows)
                ),  # repr keeps every digit of a float and the scale of a decimal
            )
    return found


def differences(daily: Path, whole: Path, models: list[Model]) -> list[Difference]:
    """Return the tables that differ, in the order of the graph."""
    here, there = contents(daily, models), contents(whole, models)
    return [
        Difference(
            model.name,
            here[model.name][0]
            if here[model.name][0] == there[model.name][0]
            else (*here[model.name][0], "<>", *there[model.name][0]),
            tuple(sorted((here[model.name][1] - there[model.name][1]).elements())),
            tuple(sorted((there[model.name][1] - here[model.name][1]).elements())),
        )
        for model in models
        if here[model.name] != there[model.name]
    ]


# --- playing ---


@dataclass
class Outcome:
    """What a plan came to."""

    told: list[str] = field(default_factory=list)
    failed_on: int | None = None
    differing: list[Difference] = field(default_factory=list)
    problem: str = ""

    def __bool__(self) -> bool:
        return not self.differing and not self.problem

    def __str__(self) -> str:
        said = [*self.told, self.problem]
        if self.differing:
            said.append(
                "differ, the first one first: " + ", ".join(each.model for each in self.differing)
            )
            said += [str(each) for each in self.differing[:3]]
        return "\n".join(said)


class Player:
    """Plays plans; companies are generated once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workbench = Workbench(folder)
        self.daily = folder / "daily" / "touchstone.duckdb"
        self.whole = folder / "whole" / "touchstone.duckdb"
        self._companies: dict[tuple[int, int, int], dict[str, list[Row]]] = {}

    def play(
        self,
        plan: Plan,
        *,
        compare_each_day: bool = True,
        by_dbt: bool = False,
        tell: Callable[[str], None] = lambda _: None,
    ) -> Outcome:
        """Play a plan until its end or until the first day that comes out differently.

        Args:
            plan: what happens.
            compare_each_day: otherwise after the last one.
            by_dbt: on the last day, dbt builds at once too; otherwise the models' SQL does.
            tell: takes each line of what happens.
        """
        outcome = Outcome()

        def say(line: str) -> None:
            outcome.told.append(line)
            tell(line)

        self.workbench.restore()
        self.workbench.definitions.settings["whole_build_above_percent"] = plan.whole_above_percent
        dice = Random(plan.seed)
        world = begin(PROJECT, self._company(plan), dice, plan.appends)
        typed = frozenset(label for label in world.landed if dice.random() < plan.typed_share)
        say(
            f"seed {plan.seed}: {plan.accounts} accounts, {plan.months} months, "
            f"{'appended' if plan.appends else 'overwritten'}, typed {sorted(typed)}, "
            f"whole above {plan.whole_above_percent} %"
        )
        self._copy_seeded(self.daily)
        landed: dict[str, list[Row]] = {}
        self._land(self.daily, world, landed, typed, dice)
        self.workbench.build(self.daily, ["run"])
        say(f"first day {world.now:%Y-%m-%d}: {sum(map(len, world.landed.values()))} raw rows")
        for day in plan.days:
            version = self.workbench.version()
            world.now = world.now.fromordinal(world.now.toordinal() + day.days_passed)
            world.last_batch = world.last_batch[-200:]
            for step in day.steps:
                said = self._take(step, world)
                if said != NOTHING:
                    say(f"  {step.name}: {said}")
            self._land(self.daily, world, landed, typed, Random(day.build_seed))
            before = self._ledgers(LEDGERS)
            began, spent = time.monotonic(), time.process_time()
            try:
                compiled = self._build(day, changed=version != self.workbench.version(), say=say)
                took = time.process_time() - spent
                if compare_each_day or day is plan.days[-1]:
                    self._prepare_whole(world, typed, {**before, **self._ledgers(DATED_LEDGERS)})
                    if by_dbt and day is plan.days[-1]:
                        self.workbench.build(self.whole, ["run"])
                    else:
                        self.workbench.build_by_sql(self.whole, compiled)
                    outcome.differing = differences(self.daily, self.whole, self.workbench.models())
            except BuildFailedError as error:
                outcome.problem, took = str(error), time.process_time() - spent
            say(
                f"day {day.number}, {world.now:%Y-%m-%d}: {took:.1f} CPU s for the day, "
                f"{time.monotonic() - began:.1f} s in all"
            )
            if not outcome:
                outcome.failed_on = day.number
                break
        return outcome

    def _company(self, plan: Plan) -> dict[str, list[Row]]:
        key = (plan.accounts, plan.months, plan.seed)
        if key not in self._companies:
            folder = self.folder / "companies" / "-".join(map(str, key))
            with contextlib.redirect_stderr(io.StringIO()):
                self._companies[key] = small_company(PROJECT, folder, *key)
        return copy_of(self._companies[key])

    def _copy_seeded(self, warehouse: Path) -> None:
        seeded = self.workbench.seeded()
        shutil.rmtree(warehouse.parent, ignore_errors=True)
        warehouse.parent.mkdir()
        shutil.copy(seeded, warehouse)

    def _land(
        self,
        warehouse: Path,
        world: World,
        before: dict[str, list[Row]],
        typed: frozenset[str],
        dice: Random,
    ) -> None:
        with connect(warehouse) as connection:
            land(connection, world, before, typed, dice)
        before.clear()
        before.update(
            {name: rows for name, rows in copy_of(world.landed).items() if name not in world.absent}
        )

    def _take(self, step: Step, world: World) -> str:
        dice = Random(step.seed)
        if step.name == ARRIVALS:
            return f"{world.arrive()} rows"
        if step.name in DEFINITION_CHANGES:
            return DEFINITION_CHANGES[step.name](self.workbench.definitions, dice)
        return CHANGES[step.name](world, dice)

    def _build(self, day: Day, *, changed: bool, say: Callable[[str], None]) -> dict[str, str]:
        """Build the day, through at the end; return the SQL of the models."""
        dice = Random(day.build_seed)
        through = ["build", *WITHOUT_TESTS] if changed or dice.random() < 0.1 else ["run"]
        names = [model.name for model in self.workbench.models()]
        if day.build == "killed":
            node, milliseconds = dice.randint(1, len(names)), dice.randrange(40)
            died = self.workbench.build_until_killed(self.daily, through, node, milliseconds)
            say(
                f"  killed {milliseconds} ms into node {node}"
                if died
                else "  done before it was to be killed"
            )
        elif day.build == "half":
            some = dice.sample(names, len(names) // 2)
            self.workbench.build(self.daily, ["run", "--select", *some])
            say(f"  first built: {' '.join(sorted(some))}")
        elif day.build == "part":
            model = dice.choice(["int_touches_unioned", "int_people_unified", dice.choice(names)])
            some = [dice.choice([f"{model}+", f"+{model}", model])]
            self.workbench.build(
                self.daily, ["run", "--select", *some, *dice.choice([[], ["--full-refresh"]])]
            )
            say(f"  first built: {some}")
        if day.build == "twice":
            self.workbench.build(self.daily, through)
            say("  built twice")
        return self.workbench.build(self.daily, through)

    def _ledgers(self, names: Iterable[str]) -> dict[str, pa.Table]:
        """What was first seen, which raw data do not show again."""
        with connect(self.daily, read_only=True) as connection:
            return {name: connection.sql(f"from {name}").to_arrow_table() for name in names}

    def _prepare_whole(
        self, world: World, typed: frozenset[str], ledgers: dict[str, pa.Table]
    ) -> None:
        self._copy_seeded(self.whole)
        self._land(self.whole, world, {}, typed, Random(world.made))
        with connect(self.whole) as connection:
            connection.execute("create schema if not exists intermediate")
            for name, rows in ledgers.items():
                connection.register("remembered_rows", rows)
                connection.execute(f"create table {name} as from remembered_rows")
                connection.unregister("remembered_rows")


def shrink(
    plan: Plan, fails: Callable[[Plan], Outcome], tell: Callable[[str], None]
) -> tuple[Plan, Outcome | None]:
    """Leave out days, steps and interruptions as long as the plan still fails in the same model."""
    best: Outcome | None = None
    tried = True
    while tried:
        tried = False
        for smaller in _smaller(plan):
            outcome = fails(smaller)
            if outcome.differing:
                plan, best, tried = smaller, outcome, True
                count = sum(len(day.steps) for day in plan.days)
                tell(f"shrunk to {len(plan.days)} days, {count} steps")
                break
    return plan, best


def _smaller(plan: Plan) -> Iterator[Plan]:
    for number in range(len(plan.days) - 1, -1, -1):
        if len(plan.days) > 1:
            yield replace(plan, days=plan.days[:number] + plan.days[number + 1 :])
    for number, day in enumerate(plan.days):

        def with_day(changed: Day, number: int = number) -> Plan:
            return replace(plan, days=(*plan.days[:number], changed, *plan.days[number + 1 :]))

        if day.build != "through":
            yield with_day(replace(day, build="through"))
        half = len(day.steps) // 2
        if half > 1:
            yield with_day(replace(day, steps=day.steps[:half]))
            yield with_day(replace(day, steps=day.steps[half:]))
        if len(day.steps) > 1:
            for index in range(len(day.steps)):
                yield with_day(replace(day, steps=day.steps[:index] + day.steps[index + 1 :]))


def main() -> int:
    """Play seeds; 1 when one of them fails."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("seeds", nargs="*", type=int)
    parser.add_argument("--days", type=int, default=4)
    parser.add_argument("--at-the-end", action="store_true", help="compare after the last day only")
    parser.add_argument(
        "--by-dbt", action="store_true", help="dbt builds the other warehouse of the last day"
    )
    parser.add_argument("--tell", action="store_true", help="tell what happens as it happens")
    parser.add_argument("--shrink", action="store_true")
    parser.add_argument(
        "--folder", type=Path, help="where to work (emptied first); default: a temporary folder"
    )
    options = parser.parse_args()
    failed = []
    with tempfile.TemporaryDirectory() as temporary:
        player = Player(options.folder or Path(temporary))
        for seed in options.seeds:
            plan = draw_plan(seed, options.days)
            began = time.monotonic()
            tell = functools.partial(print, flush=True) if options.tell else lambda _: None
            outcome = player.play(
                plan, compare_each_day=not options.at_the_end, by_dbt=options.by_dbt, tell=tell
            )
            print(
                f"seed {seed}: {'same' if outcome else 'DIFFERENT'}",
                f"in {time.monotonic() - began:.0f} s",
                flush=True,
            )
            if outcome:
                continue
            failed.append(seed)
            print(outcome, flush=True)
            if options.shrink and outcome.differing:
                plan = replace(plan, days=plan.days[: outcome.failed_on])
                plan, smallest = shrink(plan, player.play, lambda line: print(line, flush=True))
                print(smallest or "cannot be shrunk", flush=True)
    if failed:
        print(f"different: {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
