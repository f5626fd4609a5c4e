"""Small companies made to be awkward: ties, same-day deals, bursts of touches, odd amounts.

Every moment is drawn from a coarse grid around the same few days, so that equal timestamps, touches
in the very second of a deal's creation and touches on the edge of the window are the rule and not
the exception.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from touchstone.credit import Deal, Population, Touch

CENTRE = date(2025, 3, 10)
LOOKBACKS = (365, 365, 365, 365, 30, 0)
HOURS = (time(0), time(2, 30), time(9), time(9, 0, 1), time(12), time(23, 59, 59))
OFFSETS = (-400, -366, -365, -364, -120, -60, -31, -30, -7, -3, -2, -1, 0, 0, 0, 1, 2, 7, 30, 60)
DEAL_OFFSETS = (-60, -7, -1, 0, 0, 0, 1, 2, 30, 60)
AMOUNTS = (0, 1, 2, 3, 7, 99, 100, 101, 9_999_999, 10_000_000, 3_333_333, 10**15, 10**15 - 1)
CAMPAIGNS = ("spring", "autumn", "fair", None)
KINDS = ("campaign_response", "form", "activity", "web")


@dataclass(frozen=True)
class Person:
    """One person, known from one record of the CRM."""

    person_id: str
    record_type: str  # lead | contact
    account_id: str | None
    created_at: datetime
    converted_opportunity_id: str | None = None


@dataclass
class Company:
    """Everything the attribution models read, as rows."""

    people: list[Person] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    roles: list[tuple[str, str, bool]] = field(default_factory=list)  # deal, person, is primary
    excluded: dict[str, str] = field(default_factory=dict)  # deal: reason


def random_company(
    seed: int, deals: int, touch_counts: Sequence[int], population: Population, zone: str = "UTC"
) -> Company:
    """Draw a company of some deals; an account has one of `touch_counts` touches."""
    draw = random.Random(seed)
    company = Company()
    accounts = [f"account {number}" for number in range(max(1, deals // 2))]
    for number in range(len(accounts) * 3):
        company.people.append(
            Person(
                person_id=f"person {number}",
                record_type=draw.choice(("lead", "contact")),
                account_id=draw.choice([*accounts, None]),
                created_at=_moment(draw),
            )
        )
    for number in range(deals):
        _add_deal(draw, company, f"deal {number}", draw.choice(accounts), zone)
    people_of: dict[str | None, list[Person]] = defaultdict(list)
    for person in company.people:
        people_of[person.account_id].append(person)
    for account in [*accounts, None]:
        count = draw.choice(touch_counts)
        for _ in range(count):
            people = [person.person_id for person in people_of[account]]
            _add_touch(draw, company, account, draw.choice([*people, *people, None]), zone)
    company.deals = [_with_people(company, deal, population) for deal in company.deals]
    draw.shuffle(company.touches)
    return company


def _moment(draw: random.Random, offsets: Sequence[int] = OFFSETS) -> datetime:
    return datetime.combine(CENTRE + timedelta(days=draw.choice(offsets)), draw.choice(HOURS))


def _local_date(at: datetime, zone: str) -> date:
    return at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone) if zone != "UTC" else UTC).date()


def _add_deal(draw: random.Random, company: Company, name: str, account: str, zone: str) -> None:
    created_at = _moment(draw, DEAL_OFFSETS)
    created_date = _local_date(created_at, zone)
    state = draw.choice(("open", "won", "won", "won", "lost"))
    # A few deals of real CRMs are closed before they are created.
    days_open = draw.choice((-2, 0, 0, 1, 30, 90))
    amount = draw.choice((*AMOUNTS, draw.randint(1, 10**9), draw.randint(1, 10**15)))
    company.deals.append(
        Deal(
            opportunity_id=name,
            account_id=account,
            created_at=created_at,
            created_date=created_date,
            closed_date=None if state == "open" else created_date + timedelta(days=days_open),
            is_won=state == "won",
            journey_starts_date=created_date - timedelta(days=draw.choice(LOOKBACKS)),
            amount_minor=draw.choice((amount, amount, amount, -amount, None)),
            primary_campaign_id=draw.choice(CAMPAIGNS),
        )
    )
    if draw.random() < 0.1:
        company.excluded[name] = "excluded by hand"
    colleagues = [person for person in company.people if person.account_id == account]
    for person in [*colleagues[: draw.randint(0, 4)], draw.choice(company.people)]:
        company.roles.append((name, person.person_id, draw.random() < 0.6))
    if draw.random() < 0.3:
        at = draw.randrange(len(company.people))
        if company.people[at].converted_opportunity_id is None:
            company.people[at] = replace(
                company.people[at], record_type="lead", converted_opportunity_id=name
            )


def _add_touch(
    draw: random.Random, company: Company, account: str | None, person: str | None, zone: str
) -> None:
    at = _moment(draw)
    day = _local_date(at, zone)
    kind = draw.choice(KINDS)
    is_date = draw.random() < 0.4
    if is_date:
        midnight = datetime.combine(day, time(), ZoneInfo(zone) if zone != "UTC" else UTC)
        at = midnight.astimezone(UTC).replace(tzinfo=None)
    company.touches.append(
        Touch(
            touch_id=f"touch {len(company.touches):05d}",
            touch_at=at,
            touch_date=day,
            precision="date" if is_date else "second",
            kind_rank=KINDS.index(kind) + 1,
            source_rank=draw.randint(1, 2),
            account_id=account,
            person_id=person,
            is_direct=draw.random() < 0.3,
            is_known=draw.random() < 0.4,
            is_automated=kind == "activity" and draw.random() < 0.3,
            campaign_id=draw.choice(CAMPAIGNS),
        )
    )


def _with_people(company: Company, deal: Deal, population: Population) -> Deal:
    roles = {person for name, person, _ in company.roles if name == deal.opportunity_id}
    primary = {
        person
        for name, person, is_primary in company.roles
        if name == deal.opportunity_id and is_primary
    }
    converted = {
        person.person_id
        for person in company.people
        if person.converted_opportunity_id == deal.opportunity_id
    }
    counted = {
        "account": {
            person.person_id for person in company.people if person.account_id == deal.account_id
        },
        "contact_role": roles,
        "primary_contact_role": primary,
    }[population] | converted
    created = [person.created_at for person in company.people if person.person_id in counted]
    return replace(
        deal,
        role_people=frozenset(roles),
        primary_role_people=frozenset(primary),
        converted_people=frozenset(converted),
        person_created_at=min(created, default=None),
    )
