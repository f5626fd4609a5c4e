"""The SQL of attribution and the Python reference give the same integers on random journeys.

The models are compiled by dbt once per combination of settings, with user-defined models added to
the definitions as rows of the two CSVs; then DuckDB runs them on random companies, and every touch
of every deal, model and scope must carry the same parts per billion and the same minor units as in
`touchstone.credit`.
"""

import csv
import random
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from attribution_inputs import TABLES, fill
from compiled_project import PROJECT, CompiledProject, Node, build_model, compile_project
from random_company import Company, random_company
from touchstone.credit import (
    MILESTONES,
    WHOLE_PPB,
    Definition,
    Population,
    Redistribution,
    Scope,
    Settings,
    ages,
    milestones,
    place,
    read_definitions,
    settle,
    weigh,
)
from touchstone.errors import UserError

RESULT = "int_touches_weighed_by_model"
FOLDER = "intermediate.attribution"
SETTINGS = [Path("models/marts/quality/settings").with_suffix(end) for end in (".sql", ".yml")]
SEEDS = {"attribution_models", "attribution_weights"}
SCOPES: tuple[Scope, Scope] = ("pipeline", "revenue")
CUSTOM_MODELS = 12
HALF_LIVES = (1, 2, 14, 45, 100, 180)
WEIGHT_STEPS = 10_000  # definitions have weights of at most four decimals

# deal, scope, model, touch -> parts per billion, minor units
Credits = dict[tuple[str, str, str, str], tuple[int, int | None]]


@dataclass(frozen=True)
class Combination:
    """Settings under which the SQL is compiled."""

    redistribution: Redistribution
    population: Population
    zone: str

    @property
    def settings(self) -> Settings:
        return Settings(self.population, reporting_time_zone=self.zone)


# The first two have every setting in another way; the last one is for the night.
COMBINATIONS = (
    Combination("proportional", "account", "UTC"),
    Combination("even", "contact_role", "America/Sao_Paulo"),
    Combination("even", "primary_contact_role", "Australia/Lord_Howe"),
)


class Sql:
    """The compiled models on a database in memory."""

    def __init__(
        self,
        combination: Combination,
        connection: duckdb.DuckDBPyConnection,
        inputs: dict[str, str],
        models: list[Node],
        definitions: dict[str, Definition],
    ) -> None:
        self.combination = combination
        self.connection = connection
        self.inputs = inputs
        self.models = models
        self.definitions = definitions

    def __repr__(self) -> str:
        return f"<SQL of {self.combination}>"

    def credits(self, company: Company) -> Credits:
        """Run the models on a company."""
        fill(self.connection, self.inputs, company)
        for model in self.models:
            build_model(self.connection, model)
        found: Credits = {}
        for name in self.definitions:
            rows = self.connection.execute(
                f"select opportunity_id, attribution_scope, touch_id, {name}_ppb, {name}_minor "
                f"from {self.models[-1].relation}"
            ).fetchall()
            for deal, scope, touch, weight, amount in rows:
                assert (deal, scope, name, touch) not in found, "a touch is credited twice"
                found[deal, scope, name, touch] = (weight, amount)
        return found


def reference_credits(sql: Sql, company: Company) -> Credits:
    """Work out the same with the reference."""
    found: Credits = {}
    for deal in company.deals:
        if deal.opportunity_id in company.excluded:
            continue
        for scope in SCOPES:
            journey = place(deal, company.touches, scope, sql.combination.settings)
            if not journey:
                continue
            positions = milestones(deal, journey, scope, sql.combination.settings)
            for name, definition in sql.definitions.items():
                old = ages(deal, journey, scope, definition.unit)
                shares = weigh(
                    definition, len(journey), positions, old, sql.combination.redistribution
                )
                weights = settle(shares, WHOLE_PPB)
                amounts: list[int | None] = [None] * len(journey)
                if deal.amount_minor is not None:
                    amounts = list(settle(weights, deal.amount_minor))
                for touch, weight, amount in zip(journey, weights, amounts, strict=True):
                    key = (deal.opportunity_id, scope, name, touch.touch_id)
                    found[key] = (weight, amount)
    return found


@pytest.fixture(
    scope="module",
    params=[*COMBINATIONS[:2], pytest.param(COMBINATIONS[2], marks=pytest.mark.nightly)],
    ids=lambda each: f"{each.redistribution}-{each.population}-{each.zone}",
)
def sql(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sql]:
    combination: Combination = request.param
    folder = copy_attribution(tmp_path_factory.mktemp("project"))
    add_custom_models(folder / "seeds" / "definitions", seed=COMBINATIONS.index(combination))
    warehouse = folder / "attribution.duckdb"
    project = compile_project(
        folder,
        warehouse,
        [
            ["seed", "--select", *sorted(SEEDS)],
            ["compile", "--select", f"{FOLDER},resource_type:model"],
        ],
        {
            "raw_data": "loaded",
            "attribution_redistribution": combination.redistribution,
            "attribution_population": combination.population,
            "reporting_time_zone": combination.zone,
        },
    )
    needed = project.upstream([project.by_name[RESULT]])
    models = [node for node in project.models() if node.unique_id in needed]
    read = {parent.split(".")[-1] for node in models for parent in node.parents}
    unknown = read - TABLES.keys() - SEEDS - {node.name for node in models}
    assert not unknown, f"attribution reads {unknown}: give them rows in attribution_inputs.py"
    with duckdb.connect() as connection:
        connection.execute(f"attach ':memory:' as {project.database}")
        for schema in sorted({node.schema for node in models} | {"intermediate", "staging"}):
            connection.execute(f"create schema if not exists {project.database}.{schema}")
        connection.execute("set preserve_insertion_order = false")
        inputs = {
            name: f"{project.database}.{_layer(name)}.{name}" for name in read & TABLES.keys()
        }
        # What reads the definitions alone is built once.
        fixed = [node for node in models if not _reads(project, node, inputs)]
        for node in fixed:
            build_model(connection, node)
        models = [node for node in models if node not in fixed]
        definitions = read_definitions(folder / "seeds" / "definitions")
        yield Sql(combination, connection, inputs, models, definitions)


def copy_attribution(target: Path) -> Path:
    """Copy the attribution models alone; what they read is an empty name, so dbt is quick."""
    for name in ("macros", "seeds/definitions", "tests/generic"):
        shutil.copytree(PROJECT / name, target / name)
    rules = target / "models/marts/quality"  # of the settings, which are checked before a build
    rules.mkdir(parents=True)
    for name in ("dbt_project.yml", "profiles.yml", *map(str, SETTINGS)):
        shutil.copy(PROJECT / name, target / name)
    models = target / "models" / FOLDER.replace(".", "/")
    shutil.copytree(
        PROJECT / "models" / FOLDER.replace(".", "/"),
        models,
        ignore=shutil.ignore_patterns("*.yml"),
    )
    for name in TABLES:
        stand_in = target / "models" / _layer(name) / f"{name}.sql"
        stand_in.parent.mkdir(exist_ok=True)
        stand_in.write_text("select 1 as stands_for_a_table")
    return target


def _layer(name: str) -> str:
    return "staging" if name.startswith("stg_") else "intermediate"


def _reads(project: CompiledProject, node: Node, names: Iterable[str]) -> bool:
    read = {unique_id.split(".")[-1] for unique_id in project.upstream([node])}
    return not read.isdisjoint(names)


def add_custom_models(folder: Path, seed: int) -> None:
    """Add models as a user would: rows in two CSV files."""
    draw = random.Random(seed)
    models: list[dict[str, object]] = []
    weights: list[dict[str, object]] = []
    # what every company may add: a decay by hours, and the campaign that the CRM names
    models += [
        {"attribution_model": "by_the_hour", "half_life_hours": 36},
        {"attribution_model": "sf_primary_campaign"},
    ]
    weights.append(
        {"attribution_model": "sf_primary_campaign", "milestone": "primary_campaign", "weight": "1"}
    )
    for number in range(CUSTOM_MODELS):
        name = f"custom_{number}"
        if draw.random() < 0.2:
            unit = draw.choice(("days", "hours"))
            models.append({"attribution_model": name, f"half_life_{unit}": draw.choice(HALF_LIVES)})
            continue
        models.append({"attribution_model": name})
        milestones_used = draw.sample(MILESTONES, draw.randint(1, len(MILESTONES)))
        # Round weights are alike often, and ties are where settlement can go wrong.
        step = draw.choice((1, 500, 1000, 1250))
        cuts = sorted(draw.sample(range(step, WEIGHT_STEPS, step), len(milestones_used) - 1))
        for milestone, start, end in zip(
            milestones_used, [0, *cuts], [*cuts, WEIGHT_STEPS], strict=True
        ):
            weight = f"{(end - start) / WEIGHT_STEPS:.4f}"
            weights.append({"attribution_model": name, "milestone": milestone, "weight": weight})
    _append(folder / "attribution_models.csv", models)
    _append(folder / "attribution_weights.csv", weights)


def _append(path: Path, rows: list[dict[str, object]]) -> None:
    with path.open(newline="", encoding="utf-8") as file:
        columns = csv.DictReader(file).fieldnames or []
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        defaults = {
            "label": "Custom",
            "version": 1,
            "agreed_by": "Test",
            "valid_from": "2025-01-01",
        }
        used = {
            key: value for key, value in defaults.items() if key in columns and len(columns) > 3
        }
        writer.writerows({**used, **row} for row in rows)


def assert_same(sql: Sql, company: Company) -> int:
    """Compare all credits; return how many there are."""
    found, expected = sql.credits(company), reference_credits(sql, company)
    for key in sorted(found.keys() | expected.keys()):
        if found.get(key) != expected.get(key):
            deal = next(deal for deal in company.deals if deal.opportunity_id == key[0])
            scope: Scope = "pipeline" if key[1] == "pipeline" else "revenue"
            journey = place(deal, company.touches, scope, sql.combination.settings)
            at = milestones(deal, journey, scope, sql.combination.settings)
            lines = [str(touch) for touch in journey]
            raise AssertionError(
                f"{key}: SQL {found.get(key)}, reference {expected.get(key)}\n{deal}\n{at}\n"
                + "\n".join(lines)
            )
    return len(expected)


# Touches that an account can have.
SHORT, LONG = (0, 1, 2, 3, 5, 8, 13, 21, 34), (150, 400)
# A seed does not shrink; the message of a failure holds the one deal that differs.
PHASES = (Phase.explicit, Phase.generate)


@settings(max_examples=2, deadline=None, phases=PHASES)
@given(seed=st.integers(0, 2**32))
def test_the_same_integers_on_hundreds_of_short_journeys(sql: Sql, seed: int) -> None:
    assert assert_same(sql, draw_company(sql, seed, 200, SHORT)) > 10_000


@settings(max_examples=1, deadline=None, phases=PHASES)
@given(seed=st.integers(0, 2**32))
def test_the_same_integers_on_hundreds_of_touches(sql: Sql, seed: int) -> None:
    assert assert_same(sql, draw_company(sql, seed, 4, LONG)) > 1000


def draw_company(sql: Sql, seed: int, deals: int, touch_counts: Sequence[int]) -> Company:
    combination = sql.combination
    return random_company(seed, deals, touch_counts, combination.population, combination.zone)


def test_a_definition_that_does_not_add_up_stops_the_build(tmp_path: Path) -> None:
    folder = copy_attribution(tmp_path / "project")
    definitions = folder / "seeds" / "definitions"
    _append(definitions / "attribution_models.csv", [{"attribution_model": "mine"}])
    _append(
        definitions / "attribution_weights.csv",
        [{"attribution_model": "mine", "milestone": "first_touch", "weight": "0.9"}],
    )
    with pytest.raises(UserError, match=r"add up to 0\.9"):
        read_definitions(definitions)
    commands = [
        ["seed", "--select", *sorted(SEEDS)],
        ["compile", "--select", RESULT],
    ]
    with pytest.raises(AssertionError, match=r"mine .*its weights add up to 0\.9\d*, not to 1"):
        compile_project(folder, tmp_path / "attribution.duckdb", commands, {"raw_data": "loaded"})
