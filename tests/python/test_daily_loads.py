"""Any sequence of daily loads gives the same bytes as one build of the same raw data.

On each push one day, held to the models' own SQL; every night three days, held to a build of dbt.
TOUCHSTONE_DAILY_SEEDS="1-40" (and TOUCHSTONE_DAILY_DAYS=6) plays as many random days as wanted. A
failure prints what happened, and `python tests/python/daily_loads.py SEED --shrink` leaves out what
it does not need.
"""

import os
from dataclasses import replace

import duckdb
import pytest

from daily_changes import CHANGES
from daily_definitions import DEFINITION_CHANGES
from daily_loads import ARRIVALS, Day, Outcome, Plan, Player, Step, differences, draw_plan
from reached_keys import Days, play

SEEDS = os.environ.get("TOUCHSTONE_DAILY_SEEDS", "")
DAYS = int(os.environ.get("TOUCHSTONE_DAILY_DAYS", "4"))


def seeds() -> list[int]:
    """Return the seeds asked for: "3", "3,8" or "1-40"."""
    found: list[int] = []
    for part in SEEDS.split(",") if SEEDS else []:
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def a_day(number: int, build: str, *names: str) -> Day:
    return Day(
        number,
        3,
        tuple(Step(name, 97 * number + at) for at, name in enumerate(names)),
        build,
        number,
    )


# One sequence with something of everything; its first day for each push.
EVERYTHING = Plan(
    seed=11,
    accounts=40,
    months=6,
    appends=True,
    typed_share=0.5,
    whole_above_percent=1_000_000,
    days=(
        a_day(
            1,
            "killed",
            ARRIVALS,
            "old_page_views_arrive",
            "a_visitor_is_identified",
            "a_deal_is_won",
            "an_exchange_rate_changes",
            "contacts_are_merged",
        ),
        a_day(
            2,
            "half",
            "other_weights",
            "a_rule_less",
            "accounts_are_merged",
            "an_address_changes",
            "a_row_vanishes",
            "ad_cost_is_restated",
            "a_lead_changes_its_status",
            "a_batch_is_loaded_again",
            "an_older_version_arrives_late",
        ),
        a_day(
            3,
            "through",
            "a_merge_is_undone",
            "a_vanished_row_comes_back",
            "a_value_is_broken",
            "a_campaign_is_edited",
            "a_deal_moves_or_is_reopened",
            "an_account_has_another_website",
            "someone_responds",
        ),
    ),
)


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory) -> Player:
    return Player(tmp_path_factory.mktemp("daily_loads"))


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Days:
    return Days(Player(tmp_path_factory.mktemp("reached_keys") / "work"))


@pytest.fixture(scope="module")
def first_day(player: Player) -> Outcome:
    """The first day with something of everything, and the models' own SQL run on its raw data."""
    plan = replace(EVERYTHING, days=EVERYTHING.days[:1])
    return player.play(plan, compare_each_day=False)


def test_a_day_with_something_of_everything_equals_one_build(first_day: Outcome) -> None:
    assert first_day, str(first_day)


def test_a_planted_difference_is_found(first_day: Outcome, player: Player) -> None:
    """Of two equal warehouses one loses a row, and in one a cent moves."""
    assert first_day, str(first_day)
    models = player.workbench.models()
    assert differences(player.daily, player.whole, models) == []
    table = "intermediate.int_touches_unioned"
    with duckdb.connect(str(player.daily)) as connection:
        connection.execute(
            f"delete from {table} where touch_id = (select max(touch_id) from {table})"
        )
        moved = connection.execute(
            "update campaigns.campaign_results_by_month set cost_amount = cost_amount + 0.01 "
            "where rowid = (select max(rowid) from campaigns.campaign_results_by_month)"
        ).fetchone()
        assert moved == (1,)
    found = differences(player.daily, player.whole, models)
    assert {each.model: len(each.only_daily) - len(each.only_whole) for each in found} == {
        "int_touches_unioned": -1,
        "int_results_measured": -1,  # views show it, too
        "int_results_traced_to_rows": -1,
        "campaign_results_by_month": 0,
    }


@pytest.mark.nightly
def test_days_with_something_of_everything_equal_one_build_of_dbt(player: Player) -> None:
    outcome = player.play(EVERYTHING, compare_each_day=False, by_dbt=True)
    assert outcome, str(outcome)


@pytest.mark.parametrize("seed", seeds())
def test_random_days_equal_one_build(seed: int, player: Player) -> None:
    outcome = player.play(draw_plan(seed, DAYS), by_dbt=seed % 4 == 0)
    assert outcome, str(outcome)


@pytest.mark.parametrize("seed", seeds())
def test_on_random_days_every_key_that_changes_is_reached(seed: int, days: Days) -> None:
    told: list[str] = []
    faults = play(days, seed, DAYS, told.append, {})
    assert faults == [], "\n".join(told)


def test_the_sequence_for_each_push_names_changes_that_exist() -> None:
    names = {step.name for day in EVERYTHING.days for step in day.steps}
    assert names <= {*CHANGES, *DEFINITION_CHANGES, ARRIVALS}
