"""Locked periods: what is agreed stays published, what moves is said, and nothing is silent."""

import datetime
import json
import re
import shutil
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from daily_loads import invoke
from parsed_project import parsed
from touchstone.cli import main
from touchstone.errors import UserError
from touchstone.locks import Lock, read_locks, write_published_values
from touchstone.locks.agreed import COLUMNS, FOLDER, PERIODS_FILE, as_row
from touchstone.locks.locking import Agreement, lock_period, restate
from touchstone.locks.numbers import DEFINITIONS_FILE, FILES, NUMBERS_FILE, load
from touchstone.locks.periods import MONTHS, months_after, read_period
from touchstone.locks.publishing import Held
from touchstone.locks.report import after_build, as_text, read_today
from touchstone.locks.rows import KEPT, ROWS, keep
from touchstone.metrics import catalogue, read_catalogue
from touchstone.metrics.catalogue import MANIFEST_FILE
from touchstone.metrics.engine import Engine
from touchstone.metrics.values import CUTS, GRAINS, NOBODY
from touchstone.project import WAREHOUSE_VARIABLE, project_directory, warehouse_path

PROJECT = project_directory()
WAREHOUSE = warehouse_path(PROJECT)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def lock(name: str, fiscal: int = 1, revision: int = 1, raw_data: str = "sample") -> Lock:
    period = read_period(name, fiscal)
    return Lock(
        period=name,
        start=period.start,
        end=period.end,
        revision=revision,
        raw_data=raw_data,
        as_of=day("2025-12-31"),
        agreed_by="CFO",
        agreed_on=day("2026-01-10"),
        reason="the board has seen them",
        settings={
            "fiscal_year_start_month": str(fiscal),
            "reporting_currency": "USD",
            "reporting_time_zone": "UTC",
        },
        numbers_digest="d",
    )


def write(project: Path, *locks: Lock) -> Path:
    path = project / FOLDER / PERIODS_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [",".join(COLUMNS), *(",".join(as_row(one)) for one in locks)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "fiscal", "start", "end"),
    [
        ("2025-Q3", 1, "2025-07-01", "2025-10-01"),
        ("2025-Q3", 4, "2025-07-01", "2025-10-01"),
        ("2025-08", 1, "2025-08-01", "2025-09-01"),
        ("2025-12", 1, "2025-12-01", "2026-01-01"),
        ("2025", 2, "2025-01-01", "2026-01-01"),
        ("FY2025", 1, "2025-01-01", "2026-01-01"),
        ("FY2025", 2, "2024-02-01", "2025-02-01"),
        ("FY2025-Q1", 2, "2024-02-01", "2024-05-01"),
        ("FY2025-Q4", 2, "2024-11-01", "2025-02-01"),
        ("FY2025-Q3", 7, "2025-01-01", "2025-04-01"),
    ],
)
def test_a_period_is_what_people_mean_by_its_name(
    name: str, fiscal: int, start: str, end: str
) -> None:
    period = read_period(name, fiscal)
    assert (period.start, period.end) == (day(start), day(end))


@pytest.mark.parametrize(
    "name", ["2025Q3", "Q3-2025", "2025-Q5", "2025-13", "FY2025-08", "25-Q3", "", "2025-q3"]
)
def test_a_misspelled_period_shows_how_it_is_written(name: str) -> None:
    with pytest.raises(UserError, match=r"is no period; write 2025-Q3 \(a quarter\)"):
        read_period(name, 1)


def test_every_grain_has_a_length() -> None:
    assert set(MONTHS) == set(GRAINS)


@pytest.mark.parametrize(
    ("locked", "fiscal", "grain", "start", "is_covered"),
    [
        ("2025-Q3", 1, "month", "2025-07-01", True),
        ("2025-Q3", 1, "month", "2025-10-01", False),
        ("2025-Q3", 1, "quarter", "2025-07-01", True),
        ("2025-Q3", 1, "fiscal_quarter", "2025-07-01", True),
        ("2025-Q3", 1, "year", "2025-01-01", False),
        ("2025-Q3", 2, "fiscal_quarter", "2025-08-01", False),
        ("2025-Q3", 2, "fiscal_quarter", "2025-05-01", False),
        ("FY2026-Q3", 2, "fiscal_quarter", "2025-08-01", True),
        ("FY2026-Q3", 2, "quarter", "2025-07-01", False),
        ("FY2026-Q3", 2, "month", "2025-10-01", True),
        ("FY2026", 2, "fiscal_year", "2025-02-01", True),
        ("FY2026", 2, "fiscal_quarter", "2025-11-01", True),
        ("FY2026", 2, "quarter", "2025-10-01", True),
        ("FY2026", 2, "year", "2025-01-01", False),
        ("2025", 2, "fiscal_year", "2025-02-01", False),
        ("2025", 2, "fiscal_quarter", "2025-08-01", True),
        ("2025-08", 1, "month", "2025-08-01", True),
        ("2025-08", 1, "quarter", "2025-07-01", False),
    ],
)
def test_a_lock_covers_what_lies_wholly_within_it(
    locked: str, fiscal: int, grain: str, start: str, is_covered: bool
) -> None:
    assert lock(locked, fiscal).covers(grain, day(start)) is is_covered


@given(
    grain=st.sampled_from(GRAINS),
    fiscal=st.integers(1, 12),
    year=st.integers(2020, 2030),
    shift=st.integers(-24, 36),
)
def test_a_covered_period_has_no_day_outside(
    grain: str, fiscal: int, year: int, shift: int
) -> None:
    locked = lock(f"FY{year}", fiscal)
    start = months_after(datetime.date(year, fiscal, 1), shift)
    days = (start, months_after(start, MONTHS[grain]) - datetime.timedelta(days=1))
    assert locked.covers(grain, start) is all(
        locked.start <= one <= locked.last_date for one in days
    )


def test_locks_are_read_as_last_agreed_in_the_order_of_time(tmp_path: Path) -> None:
    written = [lock("2025-Q3"), lock("2025-Q3", revision=2), lock("FY2025", 2), lock("2025-06")]
    write(tmp_path, *written)
    assert read_locks(tmp_path) == [written[2], written[3], written[1]]


def test_a_project_from_before_there_were_locks_has_none(tmp_path: Path) -> None:
    assert read_locks(tmp_path) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("2025-09-30", "2025-08-31", "2025-Q3 is not 2025-07-01 to 2025-08-31"),
        ("2025-Q3", "2025-Q9", "is no period"),
        ("CFO", "", "no value for agreed_by"),
        ("2026-01-10", "in January", "Invalid isoformat"),
        ("2025-Q3,1", "2025-Q3,3", "revision 3 does not follow"),
        ("agreed_by", "agreed", "other columns"),
    ],
)
def test_a_lock_that_was_edited_by_hand_is_a_mistake(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    path = write(tmp_path, lock("2025-Q3"))
    path.write_text(path.read_text(encoding="utf-8").replace(before, after, 1), encoding="utf-8")
    with pytest.raises(UserError, match=said):
        read_locks(tmp_path)


def test_locks_that_share_months_are_a_mistake(tmp_path: Path) -> None:
    write(tmp_path, lock("2025-Q3"), lock("FY2026-Q3", 2))
    with pytest.raises(UserError, match="FY2026-Q3 and 2025-Q3 overlap"):
        read_locks(tmp_path)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, None),
        ({"fiscal_year_start_month": "4", "attribution_lookback_days": "90"}, None),
        ({"as_of": "2025-09-30"}, None),
        ({"as_of": "2025-09-29"}, "it was not over on 2025-09-29"),
        ({"raw_data": "loaded"}, "it is of raw_data sample, this build of loaded"),
        ({"reporting_currency": "EUR"}, "it is of reporting_currency USD"),
        ({"reporting_time_zone": "Asia/Tokyo"}, "it is of reporting_time_zone UTC"),
    ],
)
def test_a_lock_holds_for_the_same_report_alone(changed: dict[str, str], said: str | None) -> None:
    locked = lock("2025-Q3")
    told = locked.not_held_because(
        {**locked.settings, "raw_data": "sample", "as_of": "", **changed}
    )
    assert (told is None) if said is None else (told is not None and said in told)


# A won deal of August 2025 whose amount changes, another one that is deleted at its source, and a
# deal that is entered late: the three ways in which the past moves.
CHANGED, DELETED, LATE = "0065f0000KBSknRAQT", "0065f0000Kr73ePAQQ", "0065f0000KLateDeal"
# A few metrics of each kind are enough to lock, and quicker than all of them.
METRICS = (
    "bookings_amount",
    "wins",
    "win_rate",
    "average_deal_amount",
    "median_sales_cycle_days",
    "new_customers",
    "return_on_spend",
    "mqls",
    "mqls_worked_in_time",
    "touches",
    "attributed_revenue_amount",
    "attributed_revenue_amount_by_model",
)
AGREEMENT = Agreement("CFO and CRO", day("2026-01-12"), "board of January")
AGAIN = Agreement("CRO and CFO", day("2026-02-02"), "three deals were corrected")


@dataclass(frozen=True)
class World:
    """A project folder and its warehouse."""

    project: Path
    warehouse: Path

    def copied(self, folder: Path) -> "World":
        shutil.copytree(self.project, folder / "project")
        warehouse = folder / "touchstone.duckdb"  # MetricFlow's SQL says the name of the file
        shutil.copy(self.warehouse, warehouse)
        return World(folder / "project", warehouse)

    def ask(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    def change(self, *statements: str) -> None:
        with duckdb.connect(str(self.warehouse)) as connection:
            for statement in statements:
                connection.execute(statement)

    def publish(self) -> list[Held]:
        return write_published_values(self.project, self.warehouse)[1]

    def file(self, name: str) -> Path:
        return self.project / FOLDER / name

    def files(self) -> list[bytes]:
        return [self.file(name).read_bytes() for name in FILES]


def use_few_metrics(target: Path) -> None:
    path = target / MANIFEST_FILE
    manifest = json.loads(path.read_text(encoding="utf-8"))
    known = read_catalogue(manifest)
    used = {part for name in METRICS for part in (name, *known[name].parts)}
    manifest["metrics"] = [one for one in manifest["metrics"] if one["name"] in used]
    path.write_text(json.dumps(manifest), encoding="utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The sample as it is built, in a folder of its own, with no period locked."""
    folder = tmp_path_factory.mktemp("built")
    project = folder / "project"
    (project / FOLDER).mkdir(parents=True)
    for name in FILES:
        shutil.copy(PROJECT / FOLDER / name, project / FOLDER)
    warehouse = folder / "touchstone.duckdb"
    shutil.copy(WAREHOUSE, warehouse)
    of_dbt_alone = shutil.ignore_patterns("*.pickle", "*.msgpack")
    target = parsed(PROJECT, {}, warehouse).target
    shutil.copytree(target, project / "target", ignore=of_dbt_alone)
    shutil.copy(project / "target" / MANIFEST_FILE, folder)
    use_few_metrics(project / "target")
    return World(project, warehouse)


@pytest.fixture(scope="module")
def locked(built: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The third quarter is locked."""
    world = built.copied(tmp_path_factory.mktemp("locked"))
    outcome = lock_period(world.project, world.warehouse, "2025-Q3", AGREEMENT)
    assert outcome.number_count > 1000
    assert outcome.row_count > 1000
    return world


@pytest.fixture(scope="module")
def moved(locked: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Then the CRM changes three deals, and dbt builds again."""
    world = locked.copied(tmp_path_factory.mktemp("moved"))
    world.change(
        f"update raw.crm__opportunities set amount = '15700' where id = '{CHANGED}'",
        f"update raw.crm__opportunities set is_deleted = 'true' where id = '{DELETED}'",
        "insert into raw.crm__opportunities by name select * replace "
        f"('{LATE}' as id, 'Late: New Business' as name, '1000' as amount, '2025-08-20' as "
        f"close_date) from raw.crm__opportunities where id = '{CHANGED}'",
    )
    target = world.project / "target"
    run = ["run", "--target-path", str(target), "--project-dir", str(PROJECT)]
    manifest = parsed(PROJECT, {}, world.warehouse).manifest
    assert invoke(world.warehouse, [*run, "--profiles-dir", str(PROJECT)], manifest).success
    use_few_metrics(target)
    [held] = world.publish()
    assert held.not_held is None
    assert held.moved_count > 100
    return world


def test_nothing_is_locked_in_the_sample_as_it_is_delivered() -> None:
    assert read_locks(PROJECT) == []


def test_a_lock_changes_no_number(locked: World, built: World) -> None:
    assert locked.ask("select count(*) from quality.restatements") == [(0,)]
    [(numbers, differing)] = locked.ask(
        "select count(*), count(*) filter (value is distinct from computed_value) "
        "from quality.metric_values where is_locked and locked_period = '2025-Q3'"
    )
    assert numbers > 1000
    assert differing == 0
    covered = locked.ask(
        "select distinct grain, period_start_date from quality.metric_values where is_locked"
    )
    [third_quarter] = read_locks(locked.project)
    assert all(third_quarter.covers(grain, start) for grain, start in covered)
    assert {grain for grain, _ in covered} == {"month", "quarter", "fiscal_quarter"}
    assert read_locks(built.project) == []


def test_published_credits_are_the_mart_where_nothing_is_locked(locked: World) -> None:
    different = locked.ask(
        "with published as (select month_start_date, attribution_scope, attribution_model, "
        "channel, credited_amount, credited_deal_count from quality.published_credits_by_month), "
        "mart as (select month_start_date, attribution_scope, attribution_model, channel, "
        "sum(credited_amount) as credited_amount, sum(credited_deal_count) as credited_deal_count "
        "from attribution.model_credits_by_month where month_start_date is not null group by all) "
        "(from published except all from mart) union all (from mart except all from published)"
    )
    assert not different
    assert locked.ask(
        "select count(distinct month_start_date) from quality.published_credits_by_month "
        "where is_locked"
    ) == [(3,)]


def test_a_moved_number_is_kept_and_names_the_deals(moved: World) -> None:
    [row] = moved.ask(
        "select published_value, computed_value, difference, changed_row_count, added_row_count, "
        "gone_row_count, largest_changes, status, revision_number from quality.restatements "
        "where metric = 'bookings_amount' and grain = 'month' and dimension = 'total'"
    )
    assert row[2] == Decimal(3000 - 10150 + 1000) == row[1] - row[0]
    assert row[3:6] == (1, 1, 1)
    assert row[6] == (
        f"deal {DELETED}: 10150 -> none; deal {CHANGED}: 12700 -> 15700; deal {LATE}: none -> 1000"
    )
    assert row[7:] == ("kept", 1)
    [value] = moved.ask(
        "select value, computed_value, is_locked, locked_period, locked_date, revision_number, "
        "previous_value from quality.metric_values where metric = 'bookings_amount' "
        "and grain = 'month' and dimension = 'total' and period_start_date = date '2025-08-01'"
    )
    assert value == (row[0], row[1], True, "2025-Q3", AGREEMENT.agreed_on, 1, None)


def test_a_ratio_says_which_side_its_rows_moved(moved: World) -> None:
    [(said,)] = moved.ask(
        "select largest_changes from quality.restatements where metric = 'average_deal_amount' "
        "and grain = 'quarter' and dimension = 'total'"
    )
    assert said == (
        f"deal {DELETED}: 10150 -> none, denominator 1 -> none; deal {CHANGED}: 12700 -> 15700; "
        f"deal {LATE}: none -> 1000, denominator none -> 1"
    )


def test_a_row_that_counts_for_nothing_moved_nothing(moved: World) -> None:
    """The deleted deal won a customer; of a count, deals that were lost are no rows."""
    assert moved.ask(
        "select difference, changed_row_count, added_row_count, gone_row_count, largest_changes "
        "from quality.restatements where metric = 'new_customers' and grain = 'month' "
        "and dimension = 'business_kind'"
    ) == [(-1, 0, 1, 1, f"deal {LATE}: none -> 1; deal {DELETED}: 1 -> none")]


def test_every_moved_number_is_explained_and_every_kept_one_is_the_agreed(
    moved: World, locked: World
) -> None:
    [(numbers, unexplained)] = moved.ask(
        "select count(*), count(*) filter "
        "(coalesce(changed_row_count + added_row_count + gone_row_count, 0) = 0) "
        "from quality.restatements"
    )
    assert numbers > 100
    assert unexplained == 0
    sql = (
        "select metric, grain, period_start_date, dimension, member, value, numerator, denominator "
        "from quality.metric_values where is_locked and coalesce(numerator, value, 0) <> 0 "
        "order by all"
    )
    assert moved.ask(sql) == locked.ask(sql)
    values = moved.ask(
        "select metric, grain, period_start_date, dimension, member, value, computed_value "
        "from quality.metric_values where is_locked and (value is distinct from computed_value "
        "or numerator is distinct from computed_numerator "
        "or denominator is distinct from computed_denominator) order by all"
    )
    restated = moved.ask(
        "select metric, grain, period_start_date, dimension, member, published_value, "
        "computed_value from quality.restatements where dimension not like '%/%' order by all"
    )
    assert values == restated


def test_differences_of_rows_are_the_difference_of_the_number(moved: World) -> None:
    """Of metrics that add up: whoever wants to know why finds all of it."""
    rows = moved.ask(
        "select difference, largest_changes from quality.restatements "
        "where metric in ('bookings_amount', 'attributed_revenue_amount', 'credited_amount', "
        "'attributed_revenue_amount_by_model', 'wins') and largest_changes not like '%more'"
    )
    assert len(rows) > 100
    for difference, told in rows:
        said = re.findall(r": (none|-?[\d.]+) -> (none|-?[\d.]+)", told)
        assert sum(number(after) - number(before) for before, after in said) == difference, told


def number(text: str) -> Decimal:
    return Decimal(0) if text == "none" else Decimal(text)


def test_a_year_is_its_published_months_and_what_is_kept_of_them(moved: World) -> None:
    years = moved.ask(
        "with months as (select metric, dimension, member, date_trunc('year', period_start_date) "
        "as year, sum(value) as published from quality.metric_values where grain = 'month' "
        "and denominator is null group by all), "
        "kept as (select metric, dimension, member, date_trunc('year', period_start_date) as year, "
        "sum(difference) as difference from quality.restatements "
        "where status = 'kept' and grain = 'month' group by all) "
        "select metric, dimension, member, value, published + coalesce(difference, 0), difference "
        "from quality.metric_values inner join months using (metric, dimension, member) "
        "left join kept using (metric, dimension, member, year) "
        "where grain = 'year' and period_start_date = year and metric in "
        "('bookings_amount', 'wins', 'mqls', 'touches', 'attributed_revenue_amount', "
        "'mqls_worked_in_time')"
    )
    assert len([row for row in years if row[-1]]) > 20
    for *_, year, months, _difference in years:
        assert year == months


def test_the_queries_of_the_page_run_and_say_what_they_say(moved: World) -> None:
    page = (PROJECT / "docs" / "locked_periods.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    moved_today, chart, year = [moved.ask(query) for query in block.split("\n\n")]
    assert {row[0] for row in moved_today} >= {"bookings_amount", "average_deal_amount"}
    assert [row[2] for row in chart if row[3]] == [0, 3000 - 10150 + 1000, 0]
    assert year == moved.ask(
        "select value from quality.metric_values where metric = 'bookings_amount' "
        "and grain = 'year' and dimension = 'total' and period_start_date = date '2025-01-01'"
    )


def test_credit_is_kept_to_the_cent_and_names_its_deals(moved: World) -> None:
    [(models, differences)] = moved.ask(
        "with by_model as (select split_part(member, ' / ', 2) as model, sum(difference) as moved "
        "from quality.restatements where metric = 'credited_amount' "
        "and starts_with(member, 'revenue / ') group by all) "
        "select count(*), count(distinct moved) from by_model where moved = 3000 - 10150 + 1000"
    )
    assert models == 14  # every model shares out the same three deals
    assert differences == 1
    [(rows, published, computed)] = moved.ask(
        "select count(*), sum(credited_amount), sum(computed_amount) "
        "from quality.published_credits_by_month where is_locked "
        "and attribution_scope = 'revenue' and attribution_model = 'full_path'"
    )
    assert rows > 10
    assert computed - published == 3000 - 10150 + 1000


def test_the_same_build_again_adds_nothing(moved: World, tmp_path: Path) -> None:
    again = moved.copied(tmp_path)
    tables = ("metric_values", "restatements", "published_credits_by_month")
    before = [again.ask(f"from quality.{table}") for table in tables]
    again.publish()
    assert [again.ask(f"from quality.{table}") for table in tables] == before
    assert again.files() == moved.files()


def test_some_metrics_alone_keep_what_is_known_of_the_others(moved: World, tmp_path: Path) -> None:
    part = moved.copied(tmp_path)
    restatements = part.ask("from quality.restatements order by all")
    _, [held] = write_published_values(
        part.project, part.warehouse, metrics=["wins"], grains=["month"], cuts=["segment"]
    )
    assert held.moved_count == len(
        [1 for row in restatements if row[3] == "wins" and row[5] == "month" and
         row[7] in ("total", "segment")]
    )  # fmt: skip
    assert part.ask("from quality.restatements order by all") == restatements
    assert part.ask(
        "select count(*) > 0 from quality.metric_values where value <> computed_value"
    ) == [(True,)]


def test_a_restatement_publishes_the_new_number_with_the_old_beside_it(
    moved: World, tmp_path: Path
) -> None:
    world = moved.copied(tmp_path)
    old = world.ask("select * exclude (status) from quality.restatements order by all")
    first = world.file(NUMBERS_FILE).read_text(encoding="utf-8")
    outcome = restate(world.project, world.warehouse, "2025-Q3", AGAIN)
    assert outcome is not None
    assert outcome.lock.revision == 2
    [value] = world.ask(
        "select value - previous_value, value = computed_value, revision_number, locked_date "
        "from quality.metric_values where metric = 'bookings_amount' and grain = 'quarter' "
        "and dimension = 'total' and is_locked"
    )
    assert value == (3000 - 10150 + 1000, True, 2, AGAIN.agreed_on)
    new = world.ask("select * exclude (status) from quality.restatements order by all")
    # the same numbers, rows and reasons; only the revision is another
    assert [(*row[:1], *row[2:]) for row in new] == [(*row[:1], *row[2:]) for row in old]
    assert world.ask("select distinct status, revision_number from quality.restatements") == [
        ("restated", 2)
    ]
    assert world.ask("select count(*) from quality.published_credits_by_month "
                     "where previous_amount is not null") != [(0,)]  # fmt: skip
    # the file has got lines and has lost none
    assert set(first.splitlines()) < set(
        world.file(NUMBERS_FILE).read_text(encoding="utf-8").splitlines()
    )
    [held] = world.publish()
    assert held.moved_count == 0
    assert restate(world.project, world.warehouse, "2025-Q3", AGAIN) is None


def test_a_restatement_needs_those_who_agreed_before(moved: World) -> None:
    files = moved.files()
    alone = Agreement("CRO", day("2026-02-02"), "one of two")
    with pytest.raises(UserError, match="CFO must agree to other numbers too"):
        restate(moved.project, moved.warehouse, "2025-Q3", alone)
    with pytest.raises(UserError, match="2025-Q2 is not locked"):
        restate(moved.project, moved.warehouse, "2025-Q2", AGAIN)
    assert moved.files() == files


def test_a_warehouse_made_after_the_lock_says_that_it_cannot_name_rows(
    moved: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = moved.copied(tmp_path)
    restated = world.ask(
        "select metric, grain, period_start_date, dimension, member, difference "
        "from quality.restatements order by all"
    )
    world.change("drop schema locked_rows cascade")
    world.publish()
    assert restated == world.ask(
        "select metric, grain, period_start_date, dimension, member, difference "
        "from quality.restatements where changed_row_count is null and added_row_count is null "
        "and gone_row_count is null and largest_changes is null order by all"
    )
    with duckdb.connect(str(world.warehouse), read_only=True) as connection:
        locks = read_locks(world.project)
        said = as_text(locks, {"2025-Q3": 1}, read_today(connection, locks))
    assert "its rows are not known: this warehouse was made after the lock" in said


def test_other_data_are_not_held_to_it(moved: World, tmp_path: Path) -> None:
    world = moved.copied(tmp_path)
    world.change(
        "update quality.settings set setting_value = 'loaded' where setting_name = 'raw_data'"
    )
    held = world.publish()
    assert after_build(held) == [
        "  2025-Q3 is locked and not held here: it is of raw_data sample, this build of loaded"
    ]
    assert world.ask("select count(*) from quality.restatements") == [(0,)]
    assert world.ask("select count(*) from quality.metric_values where is_locked") == [(0,)]


def test_another_currency_is_no_silence(moved: World, tmp_path: Path) -> None:
    world = moved.copied(tmp_path)
    world.change(
        "update quality.settings set setting_value = 'EUR' "
        "where setting_name = 'reporting_currency'"
    )
    held = world.publish()
    assert [one.is_broken for one in held] == [True]
    [line] = after_build(held)
    assert "its published numbers cannot be kept: it is of reporting_currency USD" in line


def test_a_changed_definition_is_named_with_the_numbers_it_reaches(
    locked: World, tmp_path: Path
) -> None:
    world = locked.copied(tmp_path)
    world.change(
        "update quality.definitions set version_number = 2, definition_text = 'another one' "
        "where definition_id = 'opportunity_types.new business'",
        "update quality.definitions set definition_text = 'no bump' where definition_id = "
        "'metric.wins'",
        "update quality.definitions set version_number = 2, valid_from_date = date '2026-02-01', "
        "definition_text = 'later' where definition_id = 'service_levels.mql_worked'",
        "update quality.settings set setting_value = '90' "
        "where setting_name = 'attribution_lookback_days'",
        f"update core.opportunities set is_won = false where opportunity_id = '{CHANGED}'",
    )
    world.publish()
    told = dict(
        world.ask(
            "select metric, changed_definitions from quality.restatements "
            "where grain = 'quarter' and dimension = 'total'"
        )
    )
    lookback = "attribution_lookback_days 365 -> 90"
    kind = "opportunity_types.new business v1 -> v2"
    assert told["bookings_amount"] == f"{lookback}; {kind}"
    assert told["wins"] == f"{lookback}; metric.wins v1, changed without a new version; {kind}"
    assert told["win_rate"] == told["wins"]  # one of its sides
    assert "service_levels" not in "".join(told.values())  # no deal has a service level


def test_a_metric_that_is_no_more_keeps_its_published_numbers(
    locked: World, tmp_path: Path
) -> None:
    world = locked.copied(tmp_path)
    path = world.project / "target" / MANIFEST_FILE
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["metrics"] = [one for one in manifest["metrics"] if one["name"] != "mqls"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    world.change("delete from quality.definitions where definition_id = 'metric.mqls'")
    world.publish()
    kept = world.ask(
        "select label, unit, value, computed_value from quality.metric_values "
        "where metric = 'mqls' and grain = 'quarter' and dimension = 'total'"
    )
    assert kept == [("MQLs", "count", kept[0][2], None)]
    assert kept[0][2] > 0
    assert world.ask(
        "select distinct changed_definitions from quality.restatements where metric = 'mqls'"
    ) == [("metric.mqls v1 -> none",)]


def test_what_nobody_agreed_to_is_not_held(built: World, tmp_path: Path) -> None:
    """A metric that is defined after the lock has no published number to keep."""
    world = built.copied(tmp_path)
    target = world.project / "target" / MANIFEST_FILE
    whole = target.read_text(encoding="utf-8")
    manifest = json.loads(whole)
    manifest["metrics"] = [one for one in manifest["metrics"] if one["name"] != "mqls"]
    target.write_text(json.dumps(manifest), encoding="utf-8")
    [row] = world.ask("select * from quality.definitions where definition_id = 'metric.mqls'")
    world.change("delete from quality.definitions where definition_id = 'metric.mqls'")
    lock_period(world.project, world.warehouse, "2025-08", AGREEMENT)
    target.write_text(whole, encoding="utf-8")
    with duckdb.connect(str(world.warehouse)) as connection:
        connection.execute(f"insert into quality.definitions values ({', '.join('?' * len(row))})",
                           list(row))  # fmt: skip
    [held] = world.publish()
    assert held.moved_count == 0
    assert world.ask(
        "select distinct is_locked from quality.metric_values where metric = 'mqls'"
    ) == [(False,)]


def test_a_year_that_is_locked_after_its_quarter_says_nothing_of_its_months(
    moved: World, tmp_path: Path
) -> None:
    world = moved.copied(tmp_path)
    outcome = lock_period(world.project, world.warehouse, "2025", AGREEMENT)
    owners = dict(
        world.ask(
            "select grain || ' ' || period_start_date, locked_period from quality.metric_values "
            "where metric = 'wins' and dimension = 'total' and is_locked"
        )
    )
    assert owners["month 2025-08-01"] == owners["fiscal_quarter 2025-07-01"] == "2025-Q3"
    assert owners["month 2025-05-01"] == owners["year 2025-01-01"] == "2025"
    assert owners["fiscal_year 2025-01-01"] == "2025"
    text = world.file(NUMBERS_FILE).read_text(encoding="utf-8")
    assert "\n2025,1,wins,2025-01-01,12,total,total," in text
    assert "\n2025,1,wins,2025-08-01," not in text
    # the quarter is still kept as it was agreed, and the year holds what is computed
    assert world.ask("select count(*) > 0 from quality.restatements where status = 'kept'") == [
        (True,)
    ]
    assert outcome.lock.revision == 1
    periods = [lock.period for lock in read_locks(world.project)]
    assert periods == ["2025", "2025-Q3"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("2025-Q3", "is locked already, since 2026-01-12.*--restate"),
        ("FY2025-Q3", "is locked already"),
        ("2025-08", "is a part of 2025-Q3, which is locked with all its months"),
        ("2026-Q1", "ends on 2026-03-31 and the data reach up to 2025-12-31: it is not over"),
        ("2019-Q1", "no metric has a value from 2019-01-01 to 2019-03-31"),
        ("2025-Q0", "is no period"),
    ],
)
def test_a_period_that_cannot_be_locked_says_why(locked: World, name: str, said: str) -> None:
    files = locked.files()
    with pytest.raises(UserError, match=said):
        lock_period(locked.project, locked.warehouse, name, AGREEMENT)
    assert locked.files() == files


def test_a_period_that_shares_months_with_a_lock_is_refused(locked: World, tmp_path: Path) -> None:
    world = locked.copied(tmp_path)
    world.change(
        "update quality.settings set setting_value = '2' "
        "where setting_name = 'fiscal_year_start_month'"
    )
    with pytest.raises(UserError, match="FY2026-Q3 shares months with 2025-Q3"):
        lock_period(world.project, world.warehouse, "FY2026-Q3", AGREEMENT)


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        (NUMBERS_FILE, "bookings_amount,2025-08", "booking_amount,2025-08", "is no metric of"),
        (NUMBERS_FILE, "wins,2025-07-01,3,total,total,20", "wins,2025-07-01,3,total,total,21",
         "are not those that were agreed"),
        (NUMBERS_FILE, "wins,2025-07-01,3,total,total,20", "wins,2025-07-01,3,total,total,many",
         r"line \d+: value 'many' is no decimal"),
        (NUMBERS_FILE, "wins,2025-07-01,3,total", "wins,2025-01-01,12,total",
         "is not within its period"),
        (NUMBERS_FILE, "denominator,changed_row_count", "changed_row_count", "other columns"),
        (NUMBERS_FILE, "2025-Q3,1,wins,2025-07-01,3,total", "2025-Q2,1,wins,2025-07-01,3,total",
         "is no revision of"),
        (DEFINITIONS_FILE, "metric.wins,", "metric.losses,", "is there twice|is no metric of"),
        (PERIODS_FILE, "CFO and CRO", "", "no value for agreed_by"),
    ],
)  # fmt: skip
def test_a_number_that_was_edited_by_hand_is_a_mistake(
    locked: World, tmp_path: Path, file: str, before: str, after: str, said: str
) -> None:
    shutil.copytree(locked.project / FOLDER, tmp_path / "seeds")
    path = tmp_path / "seeds" / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with duckdb.connect() as memory, pytest.raises(UserError, match=said):
        load(memory, tmp_path / "seeds")


def test_rows_kept_add_up_to_every_metric_of_the_project(built: World, tmp_path: Path) -> None:
    """Each mart with metrics says what its rows are, and they are all of it, by every dimension."""
    warehouse = tmp_path / "touchstone.duckdb"
    shutil.copy(built.warehouse, warehouse)
    target = built.warehouse.parent  # with the definitions of all metrics
    known = catalogue(target)
    with duckdb.connect(str(warehouse)) as connection:
        keep(connection, Engine(target), known, lock("2025-Q3"))
        sums = [name for name, metric in known.items() if metric.adds_up and not metric.is_private]
        cuts = ", ".join(f"'{cut}'" for cut in CUTS)
        members = ", ".join(f"coalesce({cut}, '{NOBODY}')" for cut in CUTS)
        [(numbers, differing, metrics)] = connection.execute(
            "with kept as (select metric, unnest(['total', "
            f"{cuts}]) as dimension, unnest(['total', {members}]) as member, value "
            f"from {KEPT} where list_contains($1, metric)), "
            "rows as (select metric, dimension, member, sum(value) as kept_value "
            "from kept group by all), "
            "numbers as (select metric, dimension, member, value from quality.metric_values "
            "where grain = 'quarter' and period_start_date = date '2025-07-01' and value <> 0 "
            "and list_contains($1, metric) "
            # reasons and outcomes cut a few metrics alone; their rows are kept without them
            f"and dimension in ('total', {cuts})) "
            "select count(*), count(*) filter (value is distinct from kept_value), "
            "count(distinct metric) from numbers left join rows using (metric, dimension, member)",
            [sums],
        ).fetchall()
    assert differing == 0
    assert numbers > 1000
    assert metrics > 30
    public = [metric for metric in known.values() if not metric.is_private]
    models = {
        known[part].definition["metric_aggregation_params"]["semantic_model"]
        for metric in public
        for part in metric.parts
    }
    assert models == set(ROWS), "say in locks/rows.py what a row of the mart is"


def test_every_setting_that_moves_numbers_is_written_down(built: World) -> None:
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    technical = {"source_schemas", "source_databases", "whole_build_above_percent"}
    named = {name for (name,) in built.ask("select setting_name from quality.settings")}
    assert named == set(project["vars"]) - technical


def test_the_command_lists_locks_and_restates(
    moved: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = moved.copied(tmp_path)
    (world.project / "dbt_project.yml").write_text("name: touchstone\n", encoding="utf-8")
    monkeypatch.chdir(world.project)
    monkeypatch.setenv(WAREHOUSE_VARIABLE, str(world.warehouse))
    assert main(["lock"]) == 0
    said = capsys.readouterr().out
    assert "2025-Q3  2025-07-01 to 2025-09-30" in said
    assert f"deal {CHANGED}: 12700 -> 15700" in said
    assert main(["lock", "2025-Q3", "--restate", "--agreed-by", "CFO"]) == 2
    assert "--reason is missing" in capsys.readouterr().err
    words = ["--agreed-by", "CFO and CRO", "--reason", "three deals", "--agreed-on", "2026-02-02"]
    assert main(["lock", "2025-Q3", "--restate", *words]) == 0
    assert "2025-Q3 is restated, revision 2" in capsys.readouterr().out
    assert main(["lock", "--list"]) == 0
    assert "none moved" in capsys.readouterr().out
    assert main(["lock", "2025-Q3", *words]) == 2
    assert main(["lock", "2025Q3"]) == 2
    assert "is no period" in capsys.readouterr().err
    world.warehouse.unlink()
    assert main(["lock"]) == 0
    assert "there is no warehouse here" in capsys.readouterr().out
