"""What must hold of the reference on any journey (specification 1.10), and on public path data."""

import csv
import os
import random
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from touchstone.credit import (
    MILESTONES,
    WHOLE_PPB,
    Deal,
    Definition,
    Redistribution,
    Scope,
    Settings,
    Touch,
    credit,
    place,
    read_definitions,
    settle,
    weigh,
)
from touchstone.errors import UserError

SHARED = Path(
    os.environ.get("TOUCHSTONE_SHARED_DATA", Path(__file__).parents[2] / ".." / "shared" / "data")
)
DAY = date(2025, 3, 10)
SINGLE_TOUCH = tuple(name for name in MILESTONES if name != "between")

scopes: st.SearchStrategy[Scope] = st.sampled_from(("pipeline", "revenue"))
redistributions: st.SearchStrategy[Redistribution] = st.sampled_from(("proportional", "even"))
amounts = st.one_of(
    st.integers(-(10**15), 10**15), st.integers(-10, 10), st.just(33_333_33), st.just(10**15)
)


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    if draw(st.booleans()):
        return Definition("decay", {}, half_life_days=draw(st.integers(1, 400)))
    names = draw(st.lists(st.sampled_from(MILESTONES), min_size=1, unique=True))
    parts = draw(st.lists(st.integers(1, 1000), min_size=len(names), max_size=len(names)))
    return Definition(
        "custom",
        {name: Fraction(part, sum(parts)) for name, part in zip(names, parts, strict=True)},
    )


@st.composite
def touches(draw: st.DrawFn, max_size: int = 30) -> list[Touch]:
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(
                    -400, 100
                ),  # days from the deal's creation: before the window to after the close
                st.one_of(st.none(), st.integers(0, 23)),  # hour; None: only the day is known
                st.integers(1, 4),
                st.booleans(),
                st.booleans(),
            ),
            max_size=max_size,
        )
    )
    return [
        Touch(
            f"touch {number}",
            touch_at=datetime.combine(DAY + timedelta(days=days), time(hour or 0)),
            touch_date=DAY + timedelta(days=days),
            precision="date" if hour is None else "second",
            kind_rank=kind_rank,
            account_id="account",
            is_direct=is_direct,
            is_known=is_known,
        )
        for number, (days, hour, kind_rank, is_direct, is_known) in enumerate(rows)
    ]


@st.composite
def deals(draw: st.DrawFn) -> Deal:
    person_days = draw(st.one_of(st.none(), st.integers(-400, 60)))
    return Deal(
        "deal",
        created_at=datetime.combine(DAY, time(12)),
        created_date=DAY,
        journey_starts_date=DAY - timedelta(days=365),
        closed_date=DAY + timedelta(days=draw(st.integers(0, 80))),
        is_won=True,
        amount_minor=draw(amounts),
        account_id="account",
        person_created_at=None
        if person_days is None
        else datetime.combine(DAY + timedelta(days=person_days), time(9)),
    )


@given(deals(), touches(), definitions(), scopes, redistributions)
def test_weights_and_credits_add_up_exactly(
    deal: Deal,
    stream: list[Touch],
    definition: Definition,
    scope: Scope,
    redistribution: Redistribution,
) -> None:
    rows = credit(deal, stream, definition, scope, redistribution)
    assert [row.touch_id for row in rows] == [row.touch_id for row in place(deal, stream, scope)]
    if rows:
        assert sum(row.weight_ppb for row in rows) == WHOLE_PPB
        assert sum(row.credit_minor or 0 for row in rows) == deal.amount_minor
        assert min(row.weight_ppb for row in rows) >= 0


@given(deals(), touches(), definitions(), scopes, st.randoms(use_true_random=False))
def test_order_of_arrival_changes_nothing(
    deal: Deal, stream: list[Touch], definition: Definition, scope: Scope, shuffler: random.Random
) -> None:
    shuffled = list(stream)
    shuffler.shuffle(shuffled)
    assert credit(deal, shuffled, definition, scope) == credit(deal, stream, definition, scope)


@given(deals(), touches(), definitions(), scopes, st.integers(1, 1000))
def test_what_lies_outside_the_window_changes_nothing(
    deal: Deal, stream: list[Touch], definition: Definition, scope: Scope, days: int
) -> None:
    assert deal.closed_date is not None
    after = deal.closed_date + timedelta(days=days)
    before = deal.journey_starts_date - timedelta(days=days)
    more = [
        Touch(str(day), datetime.combine(day, time()), day, account_id="account")
        for day in (after, before)
    ]
    elsewhere = [
        replace(touch, touch_id=f"other {touch.touch_id}", account_id="other") for touch in stream
    ]
    expected = credit(deal, stream, definition, scope)
    assert credit(deal, [*more, *elsewhere, *stream], definition, scope) == expected


@given(deals(), touches(), definitions(), scopes, st.integers(2, 1000))
def test_scaling_the_amount_scales_each_credit_within_one_unit_of_rounding(
    deal: Deal, stream: list[Touch], definition: Definition, scope: Scope, factor: int
) -> None:
    assert deal.amount_minor is not None
    larger = replace(deal, amount_minor=deal.amount_minor * factor)
    for row, scaled in zip(
        credit(deal, stream, definition, scope),
        credit(larger, stream, definition, scope),
        strict=True,
    ):
        exact = Fraction(deal.amount_minor * row.weight_ppb, WHOLE_PPB)
        assert abs((row.credit_minor or 0) - exact) < 1
        assert abs((scaled.credit_minor or 0) - exact * factor) < 1


@given(deals(), touches(), scopes, st.sampled_from(SINGLE_TOUCH))
def test_a_single_touch_model_credits_one_touch_when_its_milestone_is_there(
    deal: Deal, stream: list[Touch], scope: Scope, milestone: str
) -> None:
    rows = credit(deal, stream, Definition("single", {milestone: 1}), scope)
    credited = [row for row in rows if row.weight_ppb]
    always = milestone in ("first_touch", "last_touch", "last_non_direct")
    if rows and (always or len(credited) < len(rows)):
        assert [row.weight_ppb for row in credited] == [WHOLE_PPB]


@given(deals(), touches(), definitions(), scopes)
def test_the_sign_of_the_amount_is_the_sign_of_the_credits(
    deal: Deal, stream: list[Touch], definition: Definition, scope: Scope
) -> None:
    assert deal.amount_minor is not None
    negative = replace(deal, amount_minor=-deal.amount_minor)
    assert [row.credit_minor for row in credit(negative, stream, definition, scope)] == [
        -(row.credit_minor or 0) for row in credit(deal, stream, definition, scope)
    ]


@given(deals(), touches(), definitions())
def test_pipeline_journey_begins_the_revenue_journey(
    deal: Deal, stream: list[Touch], definition: Definition
) -> None:
    pipeline, revenue = place(deal, stream, "pipeline"), place(deal, stream, "revenue")
    assert revenue[: len(pipeline)] == pipeline
    assert place(replace(deal, is_won=False), stream, "revenue") == []


@given(deals(), touches(), definitions(), scopes)
def test_an_unknown_amount_has_weights_and_no_credit(
    deal: Deal, stream: list[Touch], definition: Definition, scope: Scope
) -> None:
    rows = credit(replace(deal, amount_minor=None), stream, definition, scope)
    assert all(row.credit_minor is None for row in rows)
    assert [row.weight_ppb for row in rows] == [
        row.weight_ppb for row in credit(deal, stream, definition, scope)
    ]


@given(st.lists(st.integers(0, 10**18), min_size=1, max_size=50).filter(any), amounts)
def test_settled_parts_are_the_exact_parts_rounded_up_or_down(
    shares: list[int], whole: int
) -> None:
    parts = settle(shares, whole)
    assert sum(parts) == whole
    for part, share in zip(parts, shares, strict=True):
        assert abs(part - Fraction(whole * share, sum(shares))) < 1


@settings(max_examples=20)
@given(st.integers(100, 800), definitions(), redistributions)
def test_hundreds_of_touches(
    count: int, definition: Definition, redistribution: Redistribution
) -> None:
    positions = {"first_touch": 0, "lead_creation": count // 3, "last_touch": count - 1}
    shares = weigh(
        definition, count, positions, [count - at for at in range(count)], redistribution
    )
    assert sum(shares) == 1
    assert sum(settle(shares, WHOLE_PPB)) == WHOLE_PPB


def test_same_day_response_counts_and_the_later_visit_does_not() -> None:
    deal = Deal(
        "deal", datetime(2025, 3, 10, 9), DAY, DAY - timedelta(days=365), account_id="account"
    )
    response = Touch("response", datetime(2025, 3, 10), DAY, precision="date", account_id="account")
    visit = Touch("visit", datetime(2025, 3, 10, 9, 0, 1), DAY, account_id="account")
    on_time = Touch("on time", datetime(2025, 3, 10, 9), DAY, account_id="account")
    assert place(deal, [visit, on_time, response], "pipeline") == [response, on_time]


def test_dates_are_days_of_the_reporting_zone() -> None:
    """A record made at 22:00 in Sao Paulo is of that day there, though UTC has the next one."""
    deal = Deal(
        "deal",
        created_at=datetime(2025, 3, 20),
        created_date=date(2025, 3, 19),
        journey_starts_date=date(2024, 3, 19),
        account_id="account",
        person_created_at=datetime(2025, 3, 11, 1, 0),
    )
    response = Touch(
        "response", datetime(2025, 3, 11, 3), date(2025, 3, 11), "date", account_id="account"
    )
    rows = {
        zone: credit(
            deal,
            [replace(response, touch_id="first", touch_date=DAY), response],
            Definition("lead", {"lead_creation": 1}),
            "pipeline",
            settings=Settings(reporting_time_zone=zone),
        )
        for zone in ("UTC", "America/Sao_Paulo")
    }
    assert [row.weight_ppb for row in rows["UTC"]] == [0, WHOLE_PPB]
    assert [row.weight_ppb for row in rows["America/Sao_Paulo"]] == [WHOLE_PPB, 0]


def test_population_decides_whose_touches_count() -> None:
    deal = Deal(
        "deal",
        datetime(2025, 3, 10, 9),
        DAY,
        DAY - timedelta(days=365),
        account_id="account",
        role_people=frozenset({"champion", "buyer"}),
        primary_role_people=frozenset({"buyer"}),
        converted_people=frozenset({"converted"}),
    )
    at = datetime(2025, 3, 1)
    people = {"champion": "account", "buyer": None, "converted": None, "colleague": "account"}
    stream = [
        Touch(person, at, at.date(), account_id=account, person_id=person)
        for person, account in people.items()
    ]
    counted = {
        population: {
            touch.touch_id for touch in place(deal, stream, "pipeline", Settings(population))
        }
        for population in ("account", "contact_role", "primary_contact_role")
    }
    assert counted == {
        "account": {"champion", "colleague", "converted"},
        "contact_role": {"champion", "buyer", "converted"},
        "primary_contact_role": {"buyer", "converted"},
    }


@pytest.mark.parametrize(
    ("shares", "half_life", "message"),
    [
        ({"first_touch": "0.3"}, None, "add up to 0.3"),
        ({"first_tuoch": 1}, None, "no milestone 'first_tuoch'"),
        ({"first_touch": "1.5", "between": "-0.5"}, None, "below 0"),
        ({"first_touch": "half"}, None, "not a number"),
        ({"first_touch": 0.5}, None, "not as a float"),
        ({"first_touch": 1}, 7, "both a half-life and weights"),
        ({}, 0, "not above 0"),
    ],
)
def test_what_is_no_definition_is_refused(
    shares: dict[str, str | int], half_life: int | None, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        Definition("mine", shares, half_life)


def test_definitions_are_read_from_the_seeds(tmp_path: Path) -> None:
    (tmp_path / "attribution_models.csv").write_text(
        "attribution_model,label,half_life_days\nfirst,First,\ndecay,Decay,30\n"
    )
    weights = tmp_path / "attribution_weights.csv"
    weights.write_text("attribution_model,milestone,weight\nfirst,first_touch,1.00\n")
    assert read_definitions(tmp_path) == {
        "first": Definition("first", {"first_touch": 1}),
        "decay": Definition("decay", {}, 30),
    }
    for more, message in [
        ("first,first_touch,0.5\n", "two weights"),
        ("third,first_touch,1\n", "not in attribution_models.csv"),
    ]:
        weights.write_text(f"attribution_model,milestone,weight\nfirst,first_touch,1\n{more}")
        with pytest.raises(UserError, match=message):
            read_definitions(tmp_path)


def test_published_credit_of_ten_thousand_paths() -> None:
    folder = SHARED / "pathdata"
    if not folder.exists():
        pytest.skip(f"public path data is not at {folder}; set TOUCHSTONE_SHARED_DATA")
    of_column = {
        "first": Definition("first", {"first_touch": 1}),
        "last": Definition("last", {"last_touch": 1}),
        "linear": Definition("linear", {"between": 1}),
        "u_shaped_40_20_40": Definition(
            "position", {"first_touch": "0.4", "last_touch": "0.4", "between": "0.2"}
        ),
    }
    shares_of_length: dict[tuple[str, int], list[Fraction]] = {}
    found: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    with (folder / "PathData.csv").open() as file:
        for row in csv.DictReader(file):
            channels = row["path"].split(" > ")
            count = len(channels)
            numbers = {
                "conv": Fraction(row["total_conversions"]),
                "value": Fraction(row["total_conversion_value"]),
            }
            for column, definition in of_column.items():
                if (column, count) not in shares_of_length:
                    positions = {"first_touch": 0, "last_touch": count - 1}
                    shares_of_length[column, count] = weigh(definition, count, positions, [])
                for channel, share in zip(channels, shares_of_length[column, count], strict=True):
                    for measure, number in numbers.items():
                        found[channel, f"{column}_{measure}"] += share * number
    with (folder / "expected_rule_based.csv").open() as file:
        expected = list(csv.DictReader(file))
    assert len(expected) == 12
    for row in expected:
        channel = row.pop("channel")
        for name, value in row.items():
            assert abs(found[channel, name] - Fraction(value)) <= 1e-9, (channel, name)
