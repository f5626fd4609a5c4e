"""Prepared changes of a small company, each with the verdict that a reviewer would come to.

A change is made in a clone and compared with where it left, as on a pull request: two builds and
the comparison. The builds are the cost, so on each push several changes that reach other numbers
stand in one clone (COMBINED), and rules that only read words (versions, the changelog, locks) are
judged again on what was found. Every night each change is compared alone, too.
"""

import datetime
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from touchstone.build import as_vars
from touchstone.cli import main
from touchstone.diff import sides
from touchstone.diff.changes import Agreement, Change, Kind, Line
from touchstone.diff.compare import Comparison, compare
from touchstone.diff.lineage import ROWS, follow
from touchstone.diff.models import Project
from touchstone.diff.movements import Movement
from touchstone.diff.report import MARK, MOST_CHARACTERS, as_json, as_markdown, as_text
from touchstone.diff.settings import Allowance, Settings, settings_of
from touchstone.diff.sides import Data, Side, build_folder, find_revision
from touchstone.diff.tables import RowChange
from touchstone.diff.verdict import FAILING, Facts, Rule, judge, new_entries
from touchstone.errors import UserError
from touchstone.metrics.engine import ANSWERS_FILE

PROJECT = Path(__file__).parents[2]
TODAY = datetime.date(2026, 11, 1)
NO_DATA = Data({}, None)
SEEDS = "seeds/definitions"
CHANGES = f"{SEEDS}/definition_changes.csv"
NEEDED = [
    *("dbt_project.yml", "profiles.yml", "pyproject.toml", "CHANGELOG.md", "models", "macros"),
    *("seeds/definitions", "seeds/locked", "seeds/expected", "tests/generic", "tests/fixtures"),
]
Edit = tuple[str, str, str]  # file, what is replaced, by what; "" appends


@dataclass(frozen=True)
class Prepared:
    """A change somebody may propose, and what has to come of it.

    `fails` are the rules that have to fail, and no others; empty when it passes.
    """

    edits: Sequence[Edit] = ()
    fails: frozenset[Rule] = frozenset()
    moves: frozenset[str] = frozenset()  # among the metrics that move
    keeps: frozenset[str] = frozenset()  # none of these moves
    names: str = ""  # a change with this name is told
    edit: Callable[[Path], None] | None = None
    lines: frozenset[tuple[str, str, str]] = field(default_factory=frozenset)


DATED, REFACTOR = "rules from a day on", "refactor, other words and a version for nothing"
UNAGREED = frozenset({Rule.NO_BUMP})
WEIGHTS = f"{SEEDS}/attribution_weights.csv"
OPPORTUNITIES = "models/marts/core/opportunities.yml"
CLOCK = "models/intermediate/leads/int_mqls_clocked.sql"
WORK = "event_kind = 'deal_created'"
BOOKINGS = "expr: case when is_won and exclusion_reason is null then deal_amount end"


def later_rates(project: Path) -> None:
    """Finance restates the rates of the euro by a tenth."""
    path = project / "seeds/raw/crm/crm__conversion_rates.csv"
    connection = duckdb.connect()
    connection.execute(
        f"create table rates as from read_csv('{path}', all_varchar = true, header = true)"
    )
    connection.execute(
        "update rates set conversion_rate = cast(conversion_rate as decimal(18, 6)) * 1.1 "
        "where iso_code = 'EUR'"
    )
    connection.execute(f"copy rates to '{path}' (header, delimiter ',')")


def late_deal(project: Path) -> None:
    """A deal that was won arrives late: the copy of another one."""
    path = project / "seeds/raw/crm/crm__opportunities.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    won = next(line for line in lines if ",Closed Won," in line)
    path.write_text("\n".join([*lines, f"006LATE000000001AA{won[18:]}", ""]), encoding="utf-8")


def without_win_rate_by_value(project: Path) -> None:
    """A metric is taken out of its mart."""
    path = project / OPPORTUNITIES
    text = path.read_text(encoding="utf-8")
    begin = text.index("      - name: win_rate_by_value")
    end = text.index("      - name: ", begin + 10)
    path.write_text(text[:begin] + text[end:], encoding="utf-8")


PREPARED = {
    "weights of W-shaped": Prepared(
        edits=[
            (WEIGHTS, "w_shaped,first_touch,0.3", "w_shaped,first_touch,0.4"),
            (WEIGHTS, "w_shaped,lead_creation,0.3", "w_shaped,lead_creation,0.2"),
        ],
        fails=UNAGREED,
        moves=frozenset({"attributed_pipeline_amount", "attributed_opportunities"}),
        keeps=frozenset({"bookings_amount", "mqls", "spend_amount"}),
        names="attribution_models.w_shaped",
        lines=frozenset({("milestone=first_touch: weight", "0.3", "0.4")}),
    ),
    "renamed column": Prepared(
        edits=[
            (
                "models/marts/core/people.sql",
                "people_unified.original_lead_source,",
                "people_unified.original_lead_source as first_lead_source,",
            ),
            ("models/marts/core/people.yml", "original_lead_source", "first_lead_source"),
        ],
        fails=frozenset({Rule.BREAKING}),
        keeps=frozenset({"new_people"}),
        names="models/marts/core/people.sql",
    ),
    REFACTOR: Prepared(
        edits=[
            (CLOCK, "looked_around", "neighbours"),
            (CLOCK, "-- Work is", "-- To work is"),
            (
                OPPORTUNITIES,
                "Deals won, by the day they closed, with",
                "Deals won, on their last day, with",
            ),
            (f"{SEEDS}/service_levels.csv", "mql_worked,30,1,", "mql_worked,30,2,"),
        ],
        names=CLOCK,
    ),
    "refactor that moves numbers": Prepared(
        edits=[(CLOCK, "event_kind in ('activity', 'deal_created')", WORK)],
        fails=frozenset({Rule.NOT_AGREED}),
        moves=frozenset({"median_hours_to_work"}),
        keeps=frozenset({"bookings_amount", "spend_amount"}),
        names=CLOCK,
    ),
    "wider MQL rule": Prepared(
        edits=[(f"{SEEDS}/lead_statuses.csv", "\nworking,inquiry,", "\nworking,mql,")],
        fails=UNAGREED,
        moves=frozenset({"mqls", "inquiry_to_mql_rate"}),
        keeps=frozenset({"bookings_amount", "win_rate", "ad_spend_amount"}),
        names="lead_statuses.working",
        lines=frozenset({("canonical_stage", "inquiry", "mql")}),
    ),
    "changed exchange rates": Prepared(
        fails=frozenset({Rule.NOT_AGREED}),
        moves=frozenset({"bookings_amount"}),
        keeps=frozenset({"mqls", "wins"}),
        names="crm.conversion_rates",
        edit=later_rates,
    ),
    "moved lookback": Prepared(
        edits=[
            ("dbt_project.yml", "attribution_lookback_days: 365", "attribution_lookback_days: 60")
        ],
        fails=UNAGREED,
        moves=frozenset({"attributed_pipeline_amount"}),
        keeps=frozenset({"bookings_amount", "mqls"}),
        names="agreed_settings.attribution_lookback_days",
        lines=frozenset({("value", "365", "60")}),
    ),
    "removed metric": Prepared(
        edit=without_win_rate_by_value,
        fails=frozenset({Rule.REMOVED}),
        keeps=frozenset({"win_rate"}),
        names="metric.win_rate_by_value",
    ),
    "changed filter": Prepared(
        edits=[(OPPORTUNITIES, BOOKINGS, "expr: case when is_won then deal_amount end")],
        fails=UNAGREED,
        moves=frozenset({"bookings_amount", "average_deal_amount"}),
        keeps=frozenset({"wins", "new_business_bookings_amount"}),
        names="metric.bookings_amount",
    ),
    "late data": Prepared(
        edits=[("CHANGELOG.md", "", "- A deal came late: crm.opportunities.\n")],
        moves=frozenset({"wins", "bookings_amount"}),
        keeps=frozenset({"spend_amount"}),
        names="crm.opportunities",
        edit=late_deal,
    ),
    "changed channel rule": Prepared(
        edits=[
            (
                f"{SEEDS}/channel_rules.csv",
                "b2b,40,Events,Trade Show,campaign_response,",
                "b2b,40,Partner,Partner,campaign_response,",
            )
        ],
        fails=UNAGREED,
        moves=frozenset({"touches"}),
        keeps=frozenset({"bookings_amount", "mqls"}),
        names="channel_rules.b2b",
    ),
    DATED: Prepared(
        edits=[
            (f"{SEEDS}/service_levels.csv", "", "mql_worked,2,2,CMO and CRO,2024-02-01\n"),
            (f"{SEEDS}/lead_statuses.csv", "", "working,mql,,2,CMO and CRO,2024-02-01\n"),
            (
                CHANGES,
                "",
                "service_levels.mql_worked,2,2024-01-20,CMO and CRO,false,,30 -> 2 days,"
                "What waits longer is never won\n"
                "lead_statuses.working,2,2024-01-20,CMO and CRO,false,,inquiry -> mql,"
                "Who is worked on has been found worth it\n",
            ),
        ],
        # cohorts of before look ahead into February: no period that had settled moves
        moves=frozenset({"service_level_attainment", "mqls", "inquiry_to_mql_rate"}),
        keeps=frozenset({"bookings_amount", "win_rate"}),
        names="service_levels.mql_worked",
    ),
}

# What stands in one clone on each push. Two are left for the night: of the kind of "wider MQL rule"
# are the weights, of "changed exchange rates" late data that nobody speaks of.
YAML, SQL = "YAML and settings", "seeds and SQL"
WEIGHED, CLOCKED = "weights of W-shaped", "refactor that moves numbers"
COMBINED = {
    YAML: (
        *(REFACTOR, "renamed column", "removed metric", "moved lookback", "changed filter"),
        "changed channel rule",
    ),
    SQL: (WEIGHED, CLOCKED),
    "late data": ("late data",),
    DATED: (DATED,),
}


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=test", "-c", "user.email=test@touchstone.example"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the project and a company of 60 accounts."""
    folder = tmp_path_factory.mktemp("base")
    listed = subprocess.run(
        ["git", "ls-files", *NEEDED], cwd=PROJECT, check=True, capture_output=True, text=True
    )
    for name in listed.stdout.splitlines():
        if (PROJECT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((PROJECT / name).read_bytes())
    words = ["--accounts", "60", "--months", "16", "--truth", str(folder.parent / "truth")]
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(PROJECT)
        assert main(["sample", *words, "--output", str(folder / "seeds/raw")]) == 0
    for path in (PROJECT / "seeds/raw").rglob("*.yml"):
        target = folder / path.relative_to(PROJECT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    (folder / ".gitignore").write_text("target/\nlogs/\n", encoding="utf-8")
    git(folder, "init", "--initial-branch", "main")
    git(folder, "add", ".")
    git(folder, "commit", "--message", "Base")
    return folder


def apply(change: Prepared, project: Path) -> None:
    for name, old, new in change.edits:
        path = project / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r}"
        path.write_text(text.replace(old, new) if old else text + new, encoding="utf-8")
    if change.edit:
        change.edit(project)


@dataclass
class Workshop:
    """The clones with the prepared changes, each built and compared once, when it is asked for."""

    base: Path
    folder: Path
    compared: dict[str, Comparison] = field(default_factory=dict)

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def clone(self, name: str) -> Path:
        path = self.folder / name.replace(" ", "_").replace(",", "")
        if not path.exists():
            git(self.base, "clone", str(self.base), str(path))
            for one in COMBINED.get(name, (name,)):
                apply(PREPARED[one], path)
        return path

    def base_side(self) -> Side:
        return Side("the base", self.base, build_folder(self.work, self.base, NO_DATA))

    def side(self, name: str) -> Side:
        clone = self.clone(name)
        return Side(f"the {name}", clone, build_folder(self.work, clone, NO_DATA))

    def comparison(self, name: str) -> Comparison:
        """Compare a change, or all of a combination."""
        if name not in self.compared:
            names = list(COMBINED if name in COMBINED else PREPARED)
            if not self.compared:  # so that the others grow from it
                sides.build([self.base_side(), self.side(YAML)], NO_DATA)
            first = names.index(name) // 2 * 2  # in pairs: one build leaves a core idle
            sides.build([self.side(one) for one in names[first : first + 2]], NO_DATA)
            clone = self.clone(name)
            revision = find_revision(clone, "HEAD")
            self.compared[name] = compare(clone, revision, NO_DATA, work=self.work, today=TODAY)
        return self.compared[name]

    def combined(self, name: str) -> Comparison:
        """Return the comparison of the combination that a change stands in."""
        [combination] = [one for one, names in COMBINED.items() if name in names]
        return self.comparison(combination)

    def change(self, name: str) -> Change:
        """Return what is told of a change."""
        told = self.combined(name).facts.changes
        return next(one for one in told if PREPARED[name].names in one.name)

    def facts(self, name: str) -> Facts:
        """Return the facts of a change: of its combination, what no other change reaches."""
        facts, own = self.combined(name).facts, PREPARED[name].names
        changes = [one for one in facts.changes if own in one.name or name == DATED]
        others = [one for one in facts.changes if one not in changes]
        metrics = {metric for one in changes for metric in one.reaches}
        metrics -= {metric for one in others for metric in one.reaches}
        mart = Path(own).stem
        tables = {table for one in changes for table in one.tables}
        tables -= {table for one in others for table in one.tables}

        def kept(moved: Sequence[Movement]) -> list[Movement]:
            return [one for one in moved if one.metric in metrics]

        return replace(
            facts,
            changes=changes,
            movements=kept(facts.movements),
            by_definitions=kept(facts.by_definitions),
            by_data=kept(facts.by_data),
            rows=[one for one in facts.rows if one.table in tables],
            tables=[one for one in facts.tables if one.table.endswith(f".{mart}")],
            lost_cuts=facts.lost_cuts if own.endswith(f"/{mart}.sql") else {},
        )


@pytest.fixture(scope="module")
def workshop(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sides, "KEPT_BUILDS", 100)
        folder = tmp_path_factory.mktemp("workshop")
        asked = PROJECT / "target" / ANSWERS_FILE  # by the build of the sample
        if asked.exists():
            (folder / "work" / sides.ANSWERS).mkdir(parents=True)
            (folder / "work" / sides.ANSWERS / ANSWERS_FILE).write_bytes(asked.read_bytes())
        yield Workshop(base, folder)


def failing(comparison: Comparison) -> set[Rule]:
    return {finding.rule for finding in comparison.findings if finding.fails}


def assert_verdict(names: Sequence[str], comparison: Comparison) -> None:
    changes = [PREPARED[name] for name in names]
    facts = comparison.facts
    fails = frozenset[Rule]().union(*(change.fails for change in changes))
    assert failing(comparison) == fails, [str(one) for one in comparison.findings]
    assert comparison.passes == (not fails)
    moved = {movement.metric for movement in facts.movements}
    totals = {movement.metric for movement in facts.movements if movement.is_total}
    for change in changes:
        assert change.moves <= moved, f"{change.moves - moved} did not move"
        others = [one for one in changes if one is not change]
        assert not change.keeps.difference(*(one.moves for one in others)) & totals
        told = [one for one in facts.changes if change.names in one.name]
        assert told, [one.name for one in facts.changes]
        for line in change.lines:
            assert any(Line(*line) in one.lines for one in told)
    if not any(change.moves or Rule.BREAKING in change.fails for change in changes):
        assert not moved
    assert moved <= {metric for one in facts.changes for metric in one.reaches}


@pytest.mark.parametrize("name", COMBINED)
def test_prepared_changes_get_their_verdict(workshop: Workshop, name: str) -> None:
    assert_verdict(COMBINED[name], workshop.comparison(name))


@pytest.mark.nightly
@pytest.mark.parametrize("name", PREPARED)
def test_a_prepared_change_alone_gets_its_verdict(workshop: Workshop, name: str) -> None:
    assert_verdict([name], workshop.comparison(name))


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("renamed column", "core.people.original_lead_source"),
        ("removed metric", "metric.win_rate_by_value"),
        ("moved lookback", "agreed_settings.attribution_lookback_days"),
        ("changed filter", "metric.bookings_amount"),
        (WEIGHED, "attribution_models.w_shaped"),
        (CLOCKED, CLOCK),
        ("changed channel rule", "channel_rules.b2b"),
    ],
)
def test_what_fails_in_a_combination_is_about_the_change(
    workshop: Workshop, name: str, about: str
) -> None:
    [rule] = PREPARED[name].fails
    found = [one for one in workshop.combined(name).findings if one.fails and one.rule is rule]
    assert any(about in one.about for one in found), [str(one) for one in found]


TABLES = """
    select schema_name || '.' || table_name from duckdb_tables()
    where database_name = $1 and schema_name <> 'maintenance'
    union all
    select schema_name || '.' || view_name from duckdb_views()
    where database_name = $1 and not internal
"""


@pytest.mark.nightly
def test_a_side_that_grew_is_what_it_would_be_from_nothing(
    workshop: Workshop, tmp_path: Path
) -> None:
    workshop.comparison(DATED)
    clone = tmp_path / "clone"
    git(workshop.base, "clone", str(workshop.base), str(clone))
    apply(PREPARED[DATED], clone)
    with (clone / "models/marts/core/people.sql").open("a", encoding="utf-8") as file:
        file.write("-- depends_on: {{ ref('service_levels') }}\n")  # a definition is used by more
    grown = Side("the work", clone, build_folder(workshop.work, clone, NO_DATA))
    sides.build([grown], NO_DATA)
    assert (grown.folder / sides.ORIGIN).exists()
    with duckdb.connect(str(grown.warehouse), read_only=True) as connection:
        [(uses,)] = connection.execute(
            "select count(*) from quality.definitions_used "
            "where used_by = 'core.people' and definition_id = 'service_levels.mql_worked'"
        ).fetchall()
    assert uses == 2  # versions

    # another work folder, where a side that cannot grow is built from nothing
    (tmp_path / sides.ANSWERS).mkdir()
    for path in grown.answers.iterdir():
        (tmp_path / sides.ANSWERS / path.name).write_bytes(path.read_bytes())
    base = workshop.base_side()
    broken = tmp_path / "builds" / base.folder.name
    (broken / "target").mkdir(parents=True)
    for name in (sides.DONE, f"target/{sides.MANIFEST}"):
        (broken / name).write_bytes((base.folder / name).read_bytes())
    duckdb.connect(str(broken / base.warehouse.name)).close()
    whole = replace(grown, folder=tmp_path / "builds" / grown.folder.name)
    sides.build([whole], NO_DATA)
    assert not (whole.folder / sides.ORIGIN).exists()

    assert_same(grown, whole)


def test_a_side_that_grew_back_is_what_was_built_from_nothing(
    workshop: Workshop, tmp_path: Path
) -> None:
    """Other weights and another clock are undone: the base, from what was built."""
    workshop.comparison(SQL)
    whole, other = workshop.base_side(), workshop.side(SQL)
    assert not (whole.folder / sides.ORIGIN).exists()
    shutil.copytree(other.folder, tmp_path / "builds" / other.folder.name)
    shutil.copytree(whole.answers, tmp_path / sides.ANSWERS)
    grown = replace(whole, folder=tmp_path / "builds" / whole.folder.name)
    sides.build([grown], NO_DATA)
    assert (grown.folder / sides.ORIGIN).exists()
    assert_same(grown, whole)


def assert_same(grown: Side, whole: Side) -> None:
    """Hold every table and all compiled SQL of two sides to each other."""
    with duckdb.connect() as connection:
        for name, side in (("grown", grown), ("whole", whole)):
            connection.execute(f"attach '{side.warehouse}' as {name} (read_only)")
        tables = [connection.execute(TABLES, [name]).fetchall() for name in ("grown", "whole")]
        assert sorted(tables[0]) == sorted(tables[1])
        assert len(tables[0]) > 250
        for (table,) in tables[0]:
            columns = [connection.execute(f"describe {name}.{table}").fetchall()
                       for name in ("grown", "whole")]  # fmt: skip
            assert columns[0] == columns[1], table
            [(differing,)] = connection.execute(
                f"select count(*) from ((from grown.{table} except all from whole.{table}) "
                f"union all (from whole.{table} except all from grown.{table}))"
            ).fetchall()
            assert differing == 0, table
    compiled = [
        {
            key: node.get("compiled_code")
            for key, node in side.manifest["nodes"].items()
            if node["resource_type"] != "operation"  # says when it ran
        }
        for side in (grown, whole)
    ]
    assert compiled[0] == compiled[1]


def test_an_edit_during_a_build_is_told_and_nothing_kept(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    side = Side("the working tree", base, tmp_path / "builds" / "named_by_the_files_of_before")
    side.folder.mkdir(parents=True)
    monkeypatch.setattr(sides, "_build", lambda *_arguments, **_options: [])
    with pytest.raises(UserError, match=r"the working tree was edited while it was built.*again"):
        sides.build([side], NO_DATA)
    assert not (side.folder / sides.DONE).exists()


def test_a_side_grows_only_where_models_and_seeds_alone_differ(workshop: Workshop) -> None:
    workshop.comparison(DATED)
    workshop.comparison(YAML)
    assert (workshop.side(DATED).folder / sides.ORIGIN).exists()
    assert not (workshop.side(YAML).folder / sides.ORIGIN).exists()


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["moved lookback", "removed metric"])
def test_a_side_with_another_setting_or_yaml_is_built_from_nothing(
    workshop: Workshop, name: str
) -> None:
    workshop.comparison(name)
    assert not (workshop.side(name).folder / sides.ORIGIN).exists()


def test_ten_and_more_changes_are_prepared() -> None:
    assert len(PREPARED) >= 10
    assert {rule for change in PREPARED.values() for rule in change.fails} <= FAILING


def test_late_data_that_nobody_speaks_of_fails(workshop: Workshop) -> None:
    facts = workshop.facts("late data")
    assert facts.by_data
    assert judged(replace(facts, entries=[])) == {Rule.NOT_AGREED}


def test_a_moved_number_is_that_of_both_warehouses(workshop: Workshop) -> None:
    """Every difference told is there, and none is left out: plain SQL on the marts says so."""
    comparison = workshop.combined("changed filter")
    values = []
    for side in (workshop.base_side(), workshop.side(YAML)):
        only = "and exclusion_reason is null" if side.name == "the base" else ""
        with duckdb.connect(str(side.warehouse), read_only=True) as connection:
            rows = connection.execute(
                "select date_trunc('quarter', closed_date)::date, sum(deal_amount) "
                f"from core.opportunities where is_won {only} group by all"
            ).fetchall()
        values.append(dict(rows))
    before, after = values
    expected = {
        day: (before.get(day, Decimal(0)), after[day])
        for day in after
        if before.get(day, Decimal(0)) != after[day]
    }
    told = {
        one.period: (one.before or Decimal(0), one.after)
        for one in comparison.facts.movements
        if one.metric == "bookings_amount" and one.grain == "quarter" and one.is_total
    }
    assert expected
    assert told == expected


def test_deals_behind_a_moved_number_are_named(workshop: Workshop) -> None:
    comparison = workshop.comparison("late data")
    [movement] = [
        one
        for one in comparison.facts.movements
        if one.metric == "wins" and one.grain == "quarter" and one.is_total
    ]
    behind = comparison.behind[movement.place]
    assert behind.counts == {"deals": 1}
    [(deal, difference)] = behind.largest
    assert deal.startswith("006LATE000000001")
    assert difference == movement.difference == 1


def test_what_a_column_reaches_is_followed_to_the_metrics(workshop: Workshop) -> None:
    change = workshop.change(CLOCKED)
    assert "service_level_attainment" in change.reaches
    assert "bookings_amount" not in change.reaches
    assert WORK in change.patch


def test_a_refactor_is_known_to_say_the_same(workshop: Workshop) -> None:
    change = workshop.change(REFACTOR)
    assert change.nodes == frozenset()
    assert "still says the same" in change.note


def test_the_months_before_a_dated_change_stay(workshop: Workshop) -> None:
    comparison = workshop.comparison(DATED)
    changes = [one for one in comparison.facts.changes if one.is_definition]
    assert {one.applies_from for one in changes} == {datetime.date(2024, 2, 1)}
    early = {
        one.metric: comparison.facts.settling[one.metric]
        for one in comparison.facts.movements
        if one.ends <= datetime.date(2024, 2, 1)
    }
    assert early, "cohorts of before, which had not settled, move"
    assert 0 not in early.values()


def test_a_renamed_column_is_recognized_and_its_metrics_named(workshop: Workshop) -> None:
    breaking = [one for one in workshop.facts("renamed column").tables if one.old]
    [gone] = breaking
    assert (gone.table, gone.column) == ("core.people", "original_lead_source")
    assert gone.renamed_to == "first_lead_source"


def test_wording_and_a_bump_for_nothing_are_said(workshop: Workshop) -> None:
    findings = workshop.combined(REFACTOR).findings
    rules = {rule: {one.about for one in findings if one.rule is rule} for rule in Rule}
    assert rules[Rule.WORDING] == {"metric.wins"}
    assert rules[Rule.BUMP_ONLY] == {"service_levels.mql_worked"}


# ---------------------------------------------------------------- rules, judged again


def judged(facts: Facts, settings: Settings | None = None) -> set[Rule]:
    findings = judge(facts, settings or Settings(), TODAY)
    return {finding.rule for finding in findings if finding.fails}


def with_change(facts: Facts, name: str, **values: object) -> Facts:
    assert any(change.name == name for change in facts.changes)
    changes = [
        replace(change, **values) if change.name == name else change  # type: ignore[arg-type]
        for change in facts.changes
    ]
    return replace(facts, changes=changes)


AGREED = (Agreement(2, "CMO", "a reason", restates=True, retires=False),)


def test_a_new_version_that_is_listed_lets_numbers_move(workshop: Workshop) -> None:
    facts = workshop.facts(WEIGHED)
    name = "attribution_models.w_shaped"
    assert judged(facts) == {Rule.NO_BUMP}
    assert not judged(with_change(facts, name, versions=(1, 2), agreements=AGREED))
    assert judged(with_change(facts, name, versions=(1, 2))) == {Rule.NOT_LISTED}
    assert Rule.BUMP_BACK in judged(with_change(facts, name, versions=(2, 1)))


def test_an_edit_in_place_cannot_say_that_it_restates_nothing(workshop: Workshop) -> None:
    facts = workshop.facts(WEIGHED)
    kept = (replace(AGREED[0], restates=False),)
    changed = with_change(facts, "attribution_models.w_shaped", versions=(1, 2), agreements=kept)
    assert judged(changed) == {Rule.EARLIER}


def test_a_dated_change_may_not_move_what_came_before(workshop: Workshop) -> None:
    facts = workshop.comparison(DATED).facts
    assert not judged(facts)
    late = datetime.date(2030, 1, 1)
    for name in ("service_levels.mql_worked", "lead_statuses.working"):
        facts = with_change(facts, name, applies_from=late)
    assert judged(facts) == {Rule.EARLIER}


def test_a_new_version_of_the_metric_answers_for_the_sql_that_moves_it(workshop: Workshop) -> None:
    facts = workshop.facts(CLOCKED)
    [metric] = {movement.metric for movement in facts.movements}
    own = Change(
        *(Kind.METRIC, f"metric.{metric}", "agreed"),
        versions=(1, 2),
        agreements=AGREED,
        reaches=frozenset({metric}),
    )
    assert judged(facts) == {Rule.NOT_AGREED}
    assert not judged(replace(facts, changes=[*facts.changes, own]))
    kept = replace(own, agreements=(replace(AGREED[0], restates=False),))
    assert judged(replace(facts, changes=[*facts.changes, kept])) == {Rule.EARLIER}
    unlisted = replace(own, agreements=())
    assert judged(replace(facts, changes=[*facts.changes, unlisted])) == {Rule.NOT_LISTED}


def test_what_was_agreed_excuses_no_edit_of_sql_beside_it(workshop: Workshop) -> None:
    facts = workshop.facts(CLOCKED)
    moved = frozenset(movement.metric for movement in facts.movements)
    agreed = Change(
        *(Kind.DEFINITION, "service_levels.mql_worked", "changed"),
        versions=(1, 2),
        agreements=AGREED,
        reaches=moved,
    )
    assert judged(replace(facts, changes=[*facts.changes, agreed])) == {Rule.NOT_AGREED}
    entries = ["int_mqls_clocked: only deals are work"]
    assert not judged(replace(facts, changes=[*facts.changes, agreed], entries=entries))


def test_a_new_row_may_not_move_what_came_before_it(workshop: Workshop) -> None:
    facts = workshop.facts(WEIGHED)
    day = datetime.date(2030, 1, 1)
    new = {"action": "added", "versions": (None, 1), "applies_from": day, "agreements": AGREED}
    assert judged(with_change(facts, "attribution_models.w_shaped", **new)) == {Rule.EARLIER}
    assert not judged(
        with_change(facts, "attribution_models.w_shaped", **new | {"applies_from": None})
    )


def test_rows_that_a_join_doubles_are_laid_to_the_sql_that_was_changed() -> None:
    day = datetime.date(2025, 1, 1)
    movement = Movement("mqls", "count", "month", day, "total", "total", Decimal(1), Decimal(2))
    edit = Change(Kind.MODEL, "models/a_b.sql", "changed", nodes=frozenset({("a.b", "c")}))
    facts = Facts([edit], [movement], [movement], [], [], [], [])
    assert judged(facts) == {Rule.NOT_AGREED}
    assert not judged(replace(facts, entries=["models/a_b.sql joins once"]))


@pytest.mark.parametrize(
    ("entry", "is_named"),
    [
        ("A new page in the docs", False),
        ("Help on touches and on data", False),
        ("`touches` has a column more", True),
        ("core.touches has a column more", True),
        ("Web visits are touches of int_touches_from_sessions", True),
    ],
)
def test_common_words_name_nothing(entry: str, is_named: bool) -> None:
    edit = Change(
        *(Kind.MODEL, "models/intermediate/touches/int_touches_from_sessions.sql", "changed"),
        nodes=frozenset({("intermediate.int_touches_from_sessions", "channel")}),
        tables=frozenset({"core.touches"}),
    )
    rows = RowChange("core.touches", 1, 1)
    facts = Facts([edit], [], [], [], [], [rows], [entry])
    assert judged(facts) == (set() if is_named else {Rule.NOT_AGREED})
    gone = Change(Kind.DEFINITION, "lead_statuses.new", "removed", versions=(1, None))
    assert judged(Facts([gone], [], [], [], [], [], [entry])) == {Rule.REMOVED}


@pytest.mark.parametrize(
    ("entry", "is_enough"),
    [
        ("MQL clock: only deals count as work (int_mqls_clocked)", True),
        ("`median_hours_to_work` counts deals alone", True),
        ("Median hours to work: deals alone", True),
        ("Docs are better", False),
        ("The bookings report has a new colour", False),
    ],
)
def test_the_changelog_has_to_name_what_moves(
    workshop: Workshop, entry: str, is_enough: bool
) -> None:
    facts = workshop.facts(CLOCKED)
    rules = judged(replace(facts, entries=[entry]))
    assert (Rule.NOT_AGREED not in rules) == is_enough


def test_a_changelog_alone_does_not_make_a_changed_definition_agreed(workshop: Workshop) -> None:
    facts = workshop.facts(WEIGHED)
    assert judged(replace(facts, entries=["attributed_pipeline_amount counts more"])) == {
        Rule.NO_BUMP
    }


def test_a_retired_metric_may_go(workshop: Workshop) -> None:
    facts = workshop.facts("removed metric")
    assert judged(facts) == {Rule.REMOVED}
    retired = (replace(AGREED[0], retires=True),)
    assert not judged(with_change(facts, "metric.win_rate_by_value", agreements=retired))


def test_a_named_column_may_go(workshop: Workshop) -> None:
    facts = workshop.facts("renamed column")
    assert judged(facts) == {Rule.BREAKING}
    assert not judged(replace(facts, entries=["core.people: original_lead_source is gone"]))


def lock_of(workshop: Workshop, name: str, revision: int = 1) -> object:
    """Return a lock of the first quarter in which bookings moved."""
    first = min(
        one.period
        for one in workshop.comparison(name).facts.movements
        if one.grain == "quarter" and one.is_total
    )

    class Locked:
        period = f"{first.year}-Q{(first.month + 2) // 3}"
        start = first

        def __init__(self) -> None:
            self.revision = revision

        def covers(self, grain: str, day: datetime.date) -> bool:
            return grain in ("month", "quarter") and 0 <= (day - first).days < 92

    return Locked()


def test_a_locked_period_may_not_move_however_agreed(workshop: Workshop) -> None:
    name = DATED
    facts = workshop.comparison(name).facts
    locked, restated = lock_of(workshop, name), lock_of(workshop, name, revision=2)
    assert judged(replace(facts, locks=((locked,), (locked,)))) == {Rule.LOCKED}  # type: ignore[arg-type]
    assert not judged(replace(facts, locks=((locked,), (restated,))))  # type: ignore[arg-type]
    assert judged(replace(facts, locks=((locked,), ()))) == {Rule.LOCKED}  # type: ignore[arg-type]


def test_movements_are_allowed_by_setting(workshop: Workshop) -> None:
    facts = workshop.facts(CLOCKED)
    moved = {movement.metric for movement in facts.movements}
    large = tuple(Allowance(name, 1e9, "a trial") for name in moved)
    rows = replace(facts, movements=[], by_definitions=[])
    assert Rule.NOT_AGREED in judged(facts)
    without_percent = {one.metric for one in facts.movements if one.percent is None}
    left = replace(
        facts,
        by_definitions=[one for one in facts.by_definitions if one.metric not in without_percent],
    )
    assert not judged(left, Settings(allow=large))
    over = tuple(replace(one, until=TODAY - datetime.timedelta(days=1)) for one in large)
    assert Rule.NOT_AGREED in judged(left, Settings(allow=over))
    assert Rule.NOT_AGREED in judged(rows)  # rows of public tables moved, and no metric did


def test_a_loaded_table_is_not_the_mart_of_its_name() -> None:
    nodes = ["source.t.crm.opportunities", "model.t.opportunities", "seed.t.crm__leads"]
    project = Project.__new__(Project)
    project.__dict__["models"] = {"a": {"depends_on": {"nodes": nodes}}}
    assert project.parents("a") == ["crm__opportunities", "opportunities", "crm__leads"]


def test_a_day_among_the_vars_is_text() -> None:
    assert as_vars({"as_of": datetime.date(2017, 12, 31)}) == '{"as_of": "2017-12-31"}'


def test_a_number_that_moves_by_itself_fails() -> None:
    day = datetime.date(2025, 1, 1)
    movement = Movement("mqls", "count", "month", day, "total", "total", Decimal(1), Decimal(2))
    facts = Facts([], [movement], [movement], [], [], [], [])
    assert judged(facts) == {Rule.UNEXPLAINED}


# ---------------------------------------------------------------- what people read


def test_a_comment_has_the_verdict_first_and_fits(workshop: Workshop) -> None:
    for name in COMBINED:
        comparison = workshop.comparison(name)
        comment = as_markdown(comparison)
        lines = comment.splitlines()
        assert lines[0] == MARK
        assert lines[1] == f"## Touchstone: {'PASS' if comparison.passes else 'FAIL'}"
        assert len(comment) <= MOST_CHARACTERS + 2_000
        assert comment.count("<details>") == comment.count("</details>")
        for finding in comparison.findings:
            if finding.fails:
                assert f"`{finding.about}`" in comment
                assert finding.mend


def test_a_machine_reads_every_movement(workshop: Workshop) -> None:
    comparison = workshop.comparison(SQL)
    told = json.loads(as_json(comparison))
    assert told["verdict"] == "fail"
    assert len(told["movements"]) == len(comparison.facts.movements)
    failing_rules = {one["rule"] for one in told["findings"] if one["fails"]}
    assert failing_rules == {"no_bump", "not_agreed"}
    [change] = [one for one in told["changes"] if one["name"] == "attribution_models.w_shaped"]
    weight = {"what": "milestone=first_touch: weight", "old": "0.3", "new": "0.4"}
    assert change["lines"][0] == weight
    assert "attributed_pipeline_amount" in change["metrics"]


def test_a_terminal_shows_old_and_new_and_colour_only_when_asked(workshop: Workshop) -> None:
    comparison = workshop.comparison(SQL)
    plain = as_text(comparison)
    assert "milestone=first_touch: weight: 0.3 -> 0.4" in plain
    assert "\033[" not in plain
    assert "\033[31mFAIL" in as_text(comparison, colour=True)


# ---------------------------------------------------------------- lineage


def parts(sql: str) -> dict[str, set[tuple[str, str]]]:
    from sqlglot.schema import MappingSchema

    columns = {"id": "int", "amount": "int", "kind": "text"}
    schema = MappingSchema(
        {"w": {"s": {"deals": columns, "kinds": {"kind": "text", "name": "text"}}}}
    )
    found = follow(sql, schema)
    return {
        **{name: set(part.reads) for name, part in found.columns.items()},
        ROWS: set(found.rows.reads),
    }


DEALS, KINDS = "s.deals", "s.kinds"


@pytest.mark.parametrize(
    ("sql", "column", "reads"),
    [
        ('with a as (select * from w.s.deals) select id, amount * 2 as twice from a', "twice",
         {(DEALS, "amount")}),
        ("select id from w.s.deals where kind = 'x'", ROWS, {(DEALS, ""), (DEALS, "kind")}),
        ("select d.id, k.name from w.s.deals d left join w.s.kinds k on d.kind = k.kind", "name",
         {(KINDS, "name"), (KINDS, "kind"), (KINDS, ""), (DEALS, "kind")}),
        ("select d.id from w.s.deals d left join w.s.kinds k on d.kind = k.kind", ROWS,
         {(DEALS, "")}),
        ("select d.id from w.s.deals d join w.s.kinds k on d.kind = k.kind", ROWS,
         {(DEALS, ""), (DEALS, "kind"), (KINDS, ""), (KINDS, "kind")}),
        ("select id from w.s.deals union all select amount from w.s.deals", "id",
         {(DEALS, "id"), (DEALS, "amount")}),
        ("select id from w.s.deals where kind in (select kind from w.s.kinds)", ROWS,
         {(DEALS, ""), (DEALS, "kind"), (KINDS, ""), (KINDS, "kind")}),
        ("select sum(amount) as total from w.s.deals group by kind", ROWS,
         {(DEALS, ""), (DEALS, "kind")}),
    ],
)  # fmt: skip
def test_a_column_is_followed_to_where_it_comes_from(
    sql: str, column: str, reads: set[tuple[str, str]]
) -> None:
    assert parts(sql)[column] == reads


SAME = (
    "with a as (select id, amount from w.s.deals where kind = 'x') "
    "select id, amount + 1 as b from a"
)


@pytest.mark.parametrize(
    ("other", "changed"),
    [
        (SAME.replace(" a ", " renamed ").replace("from a", "from renamed"), set()),
        ("-- why\n" + SAME.upper().replace("'X'", "'x'"), set()),
        (SAME.replace("+ 1", "+ 2"), {"b"}),
        (SAME.replace("'x'", "'y'"), {ROWS}),
    ],
)
def test_a_signature_changes_with_what_is_said_and_not_with_names(
    other: str, changed: set[str]
) -> None:
    from sqlglot.schema import MappingSchema

    columns = {"id": "int", "amount": "int", "kind": "text"}
    schema = MappingSchema({"w": {"s": {"deals": columns}}})
    one, two = follow(SAME, schema), follow(other, schema)
    found = {name for name in one.columns if one.part(name).signature != two.part(name).signature}
    if one.rows.signature != two.rows.signature:
        found.add(ROWS)
    assert found == changed


# ---------------------------------------------------------------- mistakes of the user


def test_a_base_that_git_does_not_know_is_named(base: Path) -> None:
    with pytest.raises(UserError, match=r"no commit 'nowhere'.*--base"):
        find_revision(base, "nowhere")


def test_a_project_outside_git_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no git repository"):
        find_revision(tmp_path, "HEAD")


def test_the_base_is_where_the_work_left_the_branch(base: Path, tmp_path: Path) -> None:
    """What others did on the main branch since is not undone by this work."""
    clone = tmp_path / "clone"
    git(base, "clone", str(base), str(clone))
    git(clone, "checkout", "-b", "work")
    git(clone, "checkout", "main")
    (clone / "CHANGELOG.md").write_text("elsewhere\n", encoding="utf-8")
    git(clone, "commit", "--all", "--message", "Elsewhere")
    git(clone, "checkout", "work")
    revision = find_revision(clone, "main")
    assert revision.commit == find_revision(clone, "HEAD").commit
    assert "branched off" in revision.told


def test_a_working_tree_that_does_not_build_says_what_dbt_says(
    base: Path, tmp_path: Path, workshop: Workshop
) -> None:
    clone = tmp_path / "clone"
    git(base, "clone", str(base), str(clone))
    path = clone / "models/marts/core/days.sql"
    path.write_text(path.read_text(encoding="utf-8") + "\n{{ nonsense( }}", encoding="utf-8")
    revision = find_revision(clone, "HEAD")
    with pytest.raises(UserError, match=r"the working tree does not build(.|\n)*days"):
        compare(clone, revision, NO_DATA, work=workshop.work, today=TODAY)


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({"grian": "month"}, "no setting 'grian'"),
        ({"grain": "week"}, "grain = 'week'"),
        ({"by": ["colour"]}, "by = 'colour'"),
        ({"rows": -1}, "rows = -1"),
        ({"allow": ["mqls"]}, "list of"),
        ({"allow": [{"metric": "mqls"}]}, "needs at_most_percent, reason"),
        ({"allow": [{"metric": "m", "at_most_percent": 1, "reason": "r", "until": "soon"}]},
         "is no day"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_named(stated: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        settings_of(stated)


def test_new_entries_of_a_changelog_are_found() -> None:
    before = "# Changelog\n\n## 1.0\n\n- One thing\n  on two lines\n"
    after = f"# Changelog\n\n## 1.1\n\n- Another\n  thing\n\n{before[13:]}"
    assert new_entries(before, after) == ["Another thing"]


def test_help_teaches() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "touchstone", "diff", "--help"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "exit code 1" in ended.stdout
    assert "touchstone diff --base HEAD" in ended.stdout
