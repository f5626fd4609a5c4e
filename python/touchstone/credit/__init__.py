"""Attribution credit worked out in exact arithmetic: the reference that the SQL is held against.

A *journey* is the ordered touches that count for one deal in one scope. Each hop of the house is
one function:

    place       which touches count, in which order              journeys.py
    milestones  on which touch each milestone falls              journeys.py
    weigh       what share of the deal each touch earns          weights.py
    settle      shares of a whole number that add up to it       weights.py
    credit      all four in a row, for one deal and definition   credits.py

    >>> definition = Definition("w_shaped", {"first_touch": "0.3", "lead_creation": "0.3",
    ...                                      "opportunity_creation": "0.3", "between": "0.1"})
    >>> credits = credit(deal, touches, definition, scope="pipeline")   # doctest: +SKIP
    >>> sum(row.credit_minor for row in credits) == deal.amount_minor   # doctest: +SKIP
    True

Money is whole minor units of the reporting currency, shares are whole parts per billion (`_ppb`).
There is no float anywhere, so the same input gives the same integers on every machine. It is
written to be read and checked, not to be fast: a few thousand deals a second.
"""

from touchstone.credit.credits import Credit, credit
from touchstone.credit.definitions import (
    MILESTONES,
    Definition,
    Redistribution,
    read_definitions,
)
from touchstone.credit.journeys import (
    Deal,
    Population,
    Scope,
    Settings,
    Touch,
    ages,
    ages_in_days,
    milestones,
    place,
)
from touchstone.credit.weights import WHOLE_PPB, settle, weigh

__all__ = [
    "MILESTONES",
    "WHOLE_PPB",
    "Credit",
    "Deal",
    "Definition",
    "Population",
    "Redistribution",
    "Scope",
    "Settings",
    "Touch",
    "ages",
    "ages_in_days",
    "credit",
    "milestones",
    "place",
    "read_definitions",
    "settle",
    "weigh",
]
