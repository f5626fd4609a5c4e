"""The reference against worked examples: golden files, vendors' documentation, specification."""

import json
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from touchstone.credit import (
    WHOLE_PPB,
    Deal,
    Definition,
    Redistribution,
    Scope,
    Settings,
    Touch,
    credit,
    milestones,
    place,
    settle,
    weigh,
)

GOLDEN = Path(__file__).parents[1] / "fixtures" / "golden"
CANONICAL = json.loads((GOLDEN / "attribution.json").read_text())
REDISTRIBUTION = json.loads((GOLDEN / "redistribution.json").read_text())

SCOPES: tuple[Scope, Scope] = ("pipeline", "revenue")
FIRST, LEAD, DEAL, WON = "first_touch", "lead_creation", "opportunity_creation", "closed_won"
LAST, BETWEEN = "last_touch", "between"
DEFINITIONS = {
    "first_touch": Definition("first_touch", {FIRST: 1}),
    "last_touch": Definition("last_touch", {LAST: 1}),
    "lead_creation": Definition("lead_creation", {LEAD: 1}),
    "opp_creation": Definition("opp_creation", {DEAL: 1}),
    "u_bizible": Definition("u_bizible", {FIRST: "0.5", LEAD: "0.5"}),
    "u_hubspot": Definition("u_hubspot", {FIRST: "0.4", LEAD: "0.4", BETWEEN: "0.2"}),
    "position_40_20_40": Definition("position", {FIRST: "0.4", LAST: "0.4", BETWEEN: "0.2"}),
    "j_adobe": Definition("j_adobe", {FIRST: "0.2", LAST: "0.6", BETWEEN: "0.2"}),
    "inv_j_adobe": Definition("inv_j_adobe", {FIRST: "0.6", LAST: "0.2", BETWEEN: "0.2"}),
    "w_shaped": Definition("w", {FIRST: "0.3", LEAD: "0.3", DEAL: "0.3", BETWEEN: "0.1"}),
    "full_path": Definition(
        "full_path",
        {FIRST: "0.225", LEAD: "0.225", DEAL: "0.225", WON: "0.225", BETWEEN: "0.1"},
    ),
    "linear": Definition("linear", {BETWEEN: 1}),
    "time_decay_7d": Definition("time_decay_7d", {}, half_life_days=7),
    "time_decay_30d": Definition("time_decay_30d", {}, half_life_days=30),
    "time_decay_90d": Definition("time_decay_90d", {}, half_life_days=90),
}


def touch_on(name: str, day: str, **attributes: Any) -> Touch:
    at = datetime.combine(date.fromisoformat(day), time())
    return Touch(name, at, at.date(), precision="date", account_id="account", **attributes)


def deal_of(
    created: str, won: str | None, amount_minor: int, person_created: str | None = None
) -> Deal:
    created_at = datetime.fromisoformat(created)
    return Deal(
        opportunity_id="deal",
        created_at=created_at,
        created_date=created_at.date(),
        journey_starts_date=created_at.date() - timedelta(days=365),
        closed_date=date.fromisoformat(won) if won else None,
        is_won=won is not None,
        amount_minor=amount_minor,
        account_id="account",
        person_created_at=datetime.fromisoformat(person_created) if person_created else None,
    )


@pytest.mark.parametrize(
    "case", CANONICAL["cases"], ids=lambda case: f"{case['case']}-{case['scope']}"
)
@pytest.mark.parametrize(
    ("amount_minor", "expected"), [(10_000_000, "credit_minor"), (9_999_999, "credit_minor_odd")]
)
def test_canonical_journey_earns_the_golden_units(
    case: dict[str, Any], amount_minor: int, expected: str
) -> None:
    opportunity = CANONICAL["opp"]
    # Person A's record is made by the form of t2, so that is lead creation.
    deal = deal_of(
        opportunity["created"], opportunity["closed_won"], amount_minor, person_created="2024-12-12"
    )
    touches = [touch_on(name, day, person_id=who) for name, day, who, _ in CANONICAL["touches"]]
    after_close = touch_on("t9", "2025-06-10", person_id="A")
    credits = credit(deal, [*touches, after_close], DEFINITIONS[case["case"]], case["scope"])
    assert [row.touch_id for row in credits] == case["touches"]
    assert [row.weight_ppb for row in credits] == case["weight_ppb"]
    assert [row.credit_minor for row in credits] == case[expected]


@pytest.mark.parametrize("case", REDISTRIBUTION, ids=lambda case: case["case"])
@pytest.mark.parametrize("redistribution", ["proportional", "even"])
def test_absent_and_coinciding_milestones(
    case: dict[str, Any], redistribution: Redistribution
) -> None:
    names = {"first": FIRST, "lc": LEAD, "oc": DEAL, "cw": WON, "last": LAST, "middle": BETWEEN}
    weights = {names[key]: value for key, value in case["weights"].items()}
    positions = {names[key]: value for key, value in case["anchors"].items()}
    shares = weigh(Definition(case["case"], weights), case["n"], positions, [], redistribution)
    assert shares == [Fraction(value) for value in case[redistribution]]


def test_no_milestone_present_is_linear_and_no_touch_is_nothing() -> None:
    lead = Definition("lead", {LEAD: "0.9", BETWEEN: "0.1"})
    assert weigh(lead, 4, {LEAD: None}, []) == [Fraction(1, 4)] * 4
    assert weigh(lead, 0, {}, []) == []


def test_first_of_the_people_is_first_touch_and_oldest_record_is_lead_creation() -> None:
    """Marketo Measure's documented example (specification 1.2)."""
    deal = deal_of("2020-03-07", "2020-05-06", 100, person_created="2019-11-20")
    touches = [
        touch_on("paid search", "2019-09-01", person_id="A"),
        touch_on("organic google", "2019-11-20", person_id="A", is_known=True),
        touch_on("webinar", "2020-03-04", person_id="A", is_known=True),
        touch_on("paid social", "2019-08-26", person_id="B"),
        touch_on("organic yahoo", "2020-02-20", person_id="B", is_known=True),
        touch_on("email", "2020-05-01", person_id="B"),
    ]
    journey = place(deal, touches, "revenue")
    found = {
        milestone: None if position is None else journey[position].touch_id
        for milestone, position in milestones(deal, journey, "revenue").items()
    }
    assert (found[FIRST], found[LEAD], found[DEAL], found[WON]) == (
        "paid social",
        "organic google",
        "webinar",
        "email",
    )


@pytest.mark.parametrize(
    ("whole", "shares", "parts"),
    [
        (10_000, [1, 1, 1], [3334, 3333, 3333]),
        (-10_000, [1, 1, 1], [-3334, -3333, -3333]),
        (1, [1, 1, 1], [1, 0, 0]),
        (1000, [1] * 7, [143] * 6 + [142]),
        (3_333_333, [30, 30, 5, 5, 30], [1_000_000, 1_000_000, 166_667, 166_666, 1_000_000]),
        # $18,000 over 109 days in four months: rounding each month gives 18,000.01.
        (1_800_000, [31, 31, 30, 17], [511_927, 511_926, 495_413, 280_734]),
        (0, [1, 2], [0, 0]),
        (0, [], []),
    ],
)
def test_settlement_examples(whole: int, shares: list[int], parts: list[int]) -> None:
    assert settle(shares, whole) == parts


def test_remainders_of_the_parts_go_to_the_larger_share_then_the_earlier() -> None:
    assert settle([1, 3], 2) == [0, 2]
    assert settle([1, 1], 1) == [1, 0]


def test_settlement_refuses_what_cannot_be_shared() -> None:
    for shares in ([], [0, 0], [2, -1]):
        with pytest.raises(ValueError, match="shares must not"):
            settle(shares, 1)


def test_adobes_decay_example() -> None:
    """$50, touches 0, 0, 6 and 9 days old, half-life 7 days: 16.88, 16.88, 9.32, 6.92."""
    shares = weigh(Definition("decay", {}, half_life_days=7), 4, {}, [9, 6, 0, 0])
    assert settle(settle(shares, WHOLE_PPB), 5000) == [692, 932, 1688, 1688]


def test_half_life_is_exact_where_it_can_be() -> None:
    shares = weigh(Definition("decay", {}, half_life_days=7), 3, {}, [714, 707, 700])
    assert shares == [Fraction(1, 7), Fraction(2, 7), Fraction(4, 7)]


@pytest.mark.parametrize("half_life", [1, 7, 30, 45, 365, 730])
def test_decay_in_whole_numbers_is_decay(half_life: int) -> None:
    ages = [0, 1, 6, 7, 8, 29, 30, 31, 90, 180, 364, 365]
    shares = weigh(Definition("decay", {}, half_life_days=half_life), len(ages), {}, ages)
    exact = [Decimal(2) ** (Decimal(-age) / half_life) for age in ages]
    for share, weight in zip(shares, exact, strict=True):
        assert abs(share - Fraction(weight / sum(exact))) < Fraction(1, 10**12)


# Marketo's documented examples: people with a role on the deal count, credit is even over their
# touches. Example 2 is its first touch, even over the programmes that acquired the people: there
# every touch is an acquisition.
MarketoExample = tuple[set[str], list[tuple[str, str, str]], list[tuple[str, str, str | None, int]]]
MARKETO_EXAMPLES: dict[str, MarketoExample] = {
    "ex1": (
        {"Fred"},
        [("Tradeshow", "2025-04-11", "Fred"), ("Webinar", "2025-04-15", "Margo")],
        [("opp1", "2025-04-22", None, 3000)],
    ),
    "ex2": (
        {"Bill", "Joan"},
        [("Tradeshow", "2025-04-11", "Bill"), ("Webinar", "2025-04-15", "Joan")],
        [("opp1", "2025-04-22", "2025-04-29", 6000), ("opp2", "2025-04-24", None, 10000)],
    ),
    "ex3": (
        {"Steve", "Jason"},
        [("Content", "2025-04-11", "Steve"), ("Webinar", "2025-04-25", "Jason")],
        [("opp1", "2025-04-22", "2025-04-30", 3000)],
    ),
    "ex4": (
        {"Michelle", "John"},
        [("Content", "2025-04-11", "Michelle"), ("Webinar", "2025-04-15", "John")],
        [("opp1", "2025-04-22", "2025-04-29", 3000), ("opp2", "2025-04-24", None, 5000)],
    ),
}


@pytest.mark.parametrize("example", MARKETO_EXAMPLES)
def test_marketos_examples(example: str) -> None:
    people, touch_rows, deal_rows = MARKETO_EXAMPLES[example]
    touches = [touch_on(campaign, day, person_id=person) for campaign, day, person in touch_rows]
    found: dict[str, dict[str, dict[str, float]]] = defaultdict(dict)
    for name, created, won, amount in deal_rows:
        deal = replace(
            deal_of(created, won, amount * 100), account_id=None, role_people=frozenset(people)
        )
        pipeline, revenue = (
            {
                row.touch_id: (row.weight_ppb / WHOLE_PPB, (row.credit_minor or 0) / 100)
                for row in credit(
                    deal,
                    touches,
                    DEFINITIONS["linear"],
                    scope,
                    settings=Settings(population="contact_role"),
                )
            }
            for scope in SCOPES
        )
        for campaign, _, _ in touch_rows:
            opps, pipeline_amount = pipeline.get(campaign, (0, 0))
            won_count, revenue_amount = revenue.get(campaign, (0, 0))
            found[campaign][name] = {
                "opps": opps,
                "pipeline": pipeline_amount,
                "won": won_count,
                "revenue": revenue_amount,
            }
    expected = json.loads((GOLDEN / "adobe_rca_examples.json").read_text())[example]["expect"]
    for campaign, numbers in expected.items():
        if "opp1" in numbers:
            assert found[campaign] == numbers
        else:
            deals = found[campaign].values()
            assert {key: sum(numbers[key] for numbers in deals) for key in numbers} == numbers
