"""From one deal, its touches and a definition to settled credit."""

from collections.abc import Iterable
from dataclasses import dataclass

from touchstone.credit.definitions import Definition, Redistribution
from touchstone.credit.journeys import (
    Deal,
    Scope,
    Settings,
    Touch,
    ages,
    milestones,
    place,
)
from touchstone.credit.weights import WHOLE_PPB, settle, weigh


@dataclass(frozen=True)
class Credit:
    """What one touch earned of a deal: parts per billion, and minor units (None: no amount)."""

    touch_id: str
    weight_ppb: int
    credit_minor: int | None


def credit(
    deal: Deal,
    touches: Iterable[Touch],
    definition: Definition,
    scope: Scope,
    redistribution: Redistribution = "proportional",
    settings: Settings | None = None,
) -> list[Credit]:
    """Return one row per touch that counts, first to last; none: the deal is unattributed.

    The weights add up to 10^9 and the credits to the deal's amount, both exactly. Touches may come
    in any order and may include those of other deals.
    """
    journey = place(deal, touches, scope, settings)
    positions = milestones(deal, journey, scope, settings)
    old = ages(deal, journey, scope, definition.unit)
    shares = weigh(definition, len(journey), positions, old, redistribution)
    weights = settle(shares, WHOLE_PPB) if journey else []
    amounts: list[int | None] = [None] * len(journey)
    if deal.amount_minor is not None and journey:
        amounts = list(settle(weights, deal.amount_minor))
    return [
        Credit(touch.touch_id, weight, amount)
        for touch, weight, amount in zip(journey, weights, amounts, strict=True)
    ]
