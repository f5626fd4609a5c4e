"""Which touches count for a deal, in which order, and on which of them its milestones fall.

Specification 1.1 (order), 1.2 (milestones) and 1.6 (who, when, what).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
Scope = Literal["pipeline", "revenue"]
Population = Literal["account", "contact_role", "primary_contact_role"]


@dataclass(frozen=True)
class Settings:
    """The technical settings, named and defaulted like the vars of dbt_project.yml."""

    population: Population = "account"
    lead_creation_grace_minutes: int = 60
    reporting_time_zone: str = "UTC"

    @property
    def zone(self) -> tzinfo:
        """The reporting time zone; UTC needs no zone database."""
        return UTC if self.reporting_time_zone == "UTC" else ZoneInfo(self.reporting_time_zone)


@dataclass(frozen=True)
class Touch:
    """One interaction. `touch_at` is naive UTC, `touch_date` the day in the reporting zone.

    With `precision` "date" only the day is known and `touch_at` is 00:00 of it in the reporting
    zone. `kind_rank` and `source_rank` are priorities, 1 comes first. `is_known`: a form or a
    response told who it was. `is_automated`: sent by a machine, it never counts.
    """

    touch_id: str
    touch_at: datetime
    touch_date: date
    precision: Literal["second", "date"] = "second"
    kind_rank: int = 1
    source_rank: int = 1
    account_id: str | None = None
    person_id: str | None = None
    is_direct: bool = False
    is_known: bool = False
    is_automated: bool = False
    campaign_id: str | None = None

    @property
    def order_key(self) -> tuple[date, datetime, int, int, str]:
        """A total order: no two touches are equal, so nothing depends on the order of arrival."""
        return (self.touch_date, self.touch_at, self.kind_rank, self.source_rank, self.touch_id)


@dataclass(frozen=True)
class Deal:
    """One opportunity: times are naive UTC, dates days in the reporting zone, money minor units.

    `person_created_at` is when the earliest record of any of the deal's people was created; None
    when it has no people. `role_people`, `primary_role_people` and `converted_people` are person
    ids: of its contact roles, of the primary ones, and of the leads that were converted into this
    deal, who always count.
    """

    opportunity_id: str
    created_at: datetime
    created_date: date
    journey_starts_date: date
    closed_date: date | None = None
    is_won: bool = False
    amount_minor: int | None = None
    account_id: str | None = None
    person_created_at: datetime | None = None
    role_people: frozenset[str] = frozenset()
    primary_role_people: frozenset[str] = frozenset()
    converted_people: frozenset[str] = frozenset()
    primary_campaign_id: str | None = None


def place(
    deal: Deal, touches: Iterable[Touch], scope: Scope, settings: Settings | None = None
) -> list[Touch]:
    """Return the touches that count for the deal in a scope, first to last.

    Pipeline counts touches up to the deal's creation, inclusive: by time of day where the touch has
    one, by day where it has not (responses in the CRM are dates; comparing them with a time of day
    loses those of the same day). Revenue counts touches up to the day of the close, inclusive, and
    only of won deals.
    """
    settings = settings or Settings()
    return sorted(
        (
            touch
            for touch in touches
            if not touch.is_automated
            and _is_of_deal(deal, touch, settings.population)
            and touch.touch_date >= deal.journey_starts_date
            and _is_before_cut_off(deal, touch, scope)
        ),
        key=lambda touch: touch.order_key,
    )


def milestones(
    deal: Deal, journey: Sequence[Touch], scope: Scope, settings: Settings | None = None
) -> dict[str, int | None]:
    """Return the position (0 = first touch) of each milestone in a journey; None: it is absent.

    Lead creation is the last touch up to the creation of the deal's earliest person record plus the
    grace (a form creates the record minutes later); without one, the first touch that told who it
    was.
    """
    settings = settings or Settings()
    last = len(journey) - 1 if journey else None
    of_campaign = [
        position
        for position, touch in enumerate(journey)
        if touch.campaign_id is not None and touch.campaign_id == deal.primary_campaign_id
    ]
    not_direct = [position for position, touch in enumerate(journey) if not touch.is_direct]
    before_creation = [
        position
        for position, touch in enumerate(journey)
        if _is_before_cut_off(deal, touch, "pipeline")
    ]
    return {
        "first_touch": 0 if journey else None,
        "lead_creation": _lead_creation(deal, journey, settings),
        "opportunity_creation": before_creation[-1] if before_creation else None,
        "closed_won": last if scope == "revenue" else None,
        "last_touch": last,
        "last_non_direct": not_direct[-1] if not_direct else last,
        "primary_campaign": of_campaign[-1] if of_campaign else None,
    }


def ages_in_days(deal: Deal, journey: Sequence[Touch], scope: Scope) -> list[int]:
    """Return for each touch the whole days to the deal's creation (pipeline) or close (revenue)."""
    reference = deal.created_date if scope == "pipeline" else deal.closed_date
    if reference is None:
        if journey:
            raise ValueError(f"deal {deal.opportunity_id} is not closed: it has no revenue journey")
        return []
    return [max((reference - touch.touch_date).days, 0) for touch in journey]


def ages(
    deal: Deal, journey: Sequence[Touch], scope: Scope, unit: Literal["days", "hours"]
) -> list[int]:
    """Return for each touch its age in a unit: what `weigh` takes of a model of that unit.

    Hours count from moment to moment, to that of the newest touch of the journey.
    """
    if unit == "days":
        return ages_in_days(deal, journey, scope)
    newest = max((touch.touch_at for touch in journey), default=None)
    return [] if newest is None else [(newest - touch.touch_at) // HOUR for touch in journey]


def _is_of_deal(deal: Deal, touch: Touch, population: Population) -> bool:
    if touch.person_id is not None and touch.person_id in deal.converted_people:
        return True
    if population == "account":
        return touch.account_id is not None and touch.account_id == deal.account_id
    people = deal.role_people if population == "contact_role" else deal.primary_role_people
    return touch.person_id is not None and touch.person_id in people


def _is_before_cut_off(deal: Deal, touch: Touch, scope: Scope) -> bool:
    if scope == "revenue":
        return deal.is_won and deal.closed_date is not None and touch.touch_date <= deal.closed_date
    if touch.precision == "date":
        return touch.touch_date <= deal.created_date
    return touch.touch_at <= deal.created_at


def _lead_creation(deal: Deal, journey: Sequence[Touch], settings: Settings) -> int | None:
    if deal.person_created_at is not None:
        until = deal.person_created_at + timedelta(minutes=settings.lead_creation_grace_minutes)
        until_date = until.replace(tzinfo=UTC).astimezone(settings.zone).date()
        up_to_creation = [
            position
            for position, touch in enumerate(journey)
            if (
                touch.touch_date <= until_date
                if touch.precision == "date"
                else touch.touch_at <= until
            )
        ]
        if up_to_creation:
            return up_to_creation[-1]
    return next((position for position, touch in enumerate(journey) if touch.is_known), None)
