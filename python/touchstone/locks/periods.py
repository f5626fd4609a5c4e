"""Periods by the names people use: 2025-Q3, 2025-08, 2025, FY2025-Q3."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from touchstone.errors import UserError

# How many months a period of each grain of touchstone.metrics.values.GRAINS has.
MONTHS: Mapping[str, int] = {
    "month": 1,
    "quarter": 3,
    "year": 12,
    "fiscal_quarter": 3,
    "fiscal_year": 12,
}
WRITTEN = (
    "write 2025-Q3 (a quarter), 2025-08 (a month), 2025 (a year), FY2025-Q3 or FY2025 (fiscal)"
)
_NAME = re.compile(r"(?P<fiscal>FY)?(?P<year>\d{4})(?:-Q(?P<quarter>[1-4])|-(?P<month>\d{2}))?")


class Span(Protocol):
    """Whole months, from `start` to the day before `end`."""

    @property
    def start(self) -> date:
        """Return the first day."""

    @property
    def end(self) -> date:
        """Return the day after the last one."""


@dataclass(frozen=True)
class Period:
    """A named span of whole months; `end` is the day after its last one."""

    name: str
    start: date
    end: date


def read_period(name: str, fiscal_year_start_month: int) -> Period:
    """Return the period that a name means.

    Args:
        name: 2025-Q3, 2025-08, 2025, FY2025-Q3 or FY2025. A fiscal year is called by the calendar
            year in which it ends.
        fiscal_year_start_month: 1 to 12, the var of that name.

    Raises:
        UserError: no period is called so.
    """
    found = _NAME.fullmatch(name)
    if not found or (found["fiscal"] and found["month"]):
        raise UserError(f"{name!r} is no period; {WRITTEN}")
    year, month = int(found["year"]), int(found["month"] or 1)
    if not (1 <= month <= 12 and 1900 <= year <= 2999):
        raise UserError(f"{name!r} is no period; {WRITTEN}")
    start = date(year, month, 1)
    if found["fiscal"] and fiscal_year_start_month > 1:
        start = date(year - 1, fiscal_year_start_month, 1)
    if found["quarter"]:
        start = months_after(start, 3 * (int(found["quarter"]) - 1))
    length = 1 if found["month"] else 3 if found["quarter"] else 12
    return Period(name, start, months_after(start, length))


def months_after(day: date, months: int) -> date:
    """Return the first of a month moved by whole months."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def months_between(start: date, end: date) -> int:
    """Return how many months lie between two firsts of a month."""
    return (end.year - start.year) * 12 + end.month - start.month
