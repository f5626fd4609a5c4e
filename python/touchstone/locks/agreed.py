"""What is locked: the rows of seeds/locked/locked_periods.csv."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from touchstone.errors import UserError
from touchstone.locks.periods import MONTHS, Span, months_after, months_between, read_period

FOLDER = Path("seeds") / "locked"
PERIODS_FILE = "locked_periods.csv"
COLUMNS = (
    "period",
    "revision",
    "first_date",
    "last_date",
    "raw_data",
    "as_of_date",
    "agreed_by",
    "agreed_on",
    "reason",
    "settings",
    "numbers_digest",
)
# Under another one of these, numbers are those of another company or in other units.
UNITS = ("reporting_currency", "reporting_time_zone")
SAME_REPORT = ("raw_data", *UNITS)
GET_BACK = "get the file back from git: touchstone lock writes it, and nobody by hand"


@dataclass(frozen=True)
class Lock:
    """One period whose numbers are published for good, as last agreed.

    Attributes:
        period: by its name, such as 2025-Q3.
        start: its first day.
        end: the day after its last one.
        revision: 1, and one more with each restatement.
        raw_data: the var under which it was locked, sample or loaded.
        as_of: the day up to which the data reached.
        agreed_by: roles.
        agreed_on: day of the agreement.
        reason: one line.
        settings: the other vars that numbers depend on, as they were.
        numbers_digest: of all that the revision added to the files of numbers and definitions.
    """

    period: str
    start: date
    end: date
    revision: int
    raw_data: str
    as_of: date
    agreed_by: str
    agreed_on: date
    reason: str
    settings: Mapping[str, str]
    numbers_digest: str

    @property
    def last_date(self) -> date:
        """Return its last day."""
        return self.end - timedelta(days=1)

    @property
    def month_count(self) -> int:
        """Return its length."""
        return months_between(self.start, self.end)

    def covers(self, grain: str, period_start: date) -> bool:
        """Say whether a period lies wholly within it.

        A period of a grain is a span of months, a fiscal one like any other, so where the fiscal
        year begins does not matter here.

        Args:
            grain: of touchstone.metrics.values.GRAINS.
            period_start: first day of the period.
        """
        return self.start <= period_start and months_after(period_start, MONTHS[grain]) <= self.end

    def not_held_because(self, settings: Mapping[str, str]) -> str | None:
        """Return why a build of these settings is another report, None when it is the same.

        Args:
            settings: as in quality.settings.
        """
        own = {**self.settings, "raw_data": self.raw_data}
        for name in SAME_REPORT:
            if settings.get(name, "") != own.get(name, ""):
                return f"it is of {name} {own.get(name)}, this build of {settings.get(name)}"
        as_of = settings.get("as_of", "")
        if as_of and date.fromisoformat(as_of) < self.last_date:
            return f"it was not over on {as_of}, the as_of of this build"
        return None

    def is_in_other_units(self, settings: Mapping[str, str]) -> bool:
        """Say whether a build is of the same data in another currency or time zone.

        What was published cannot be kept in it, and to show other numbers would be silence.
        """
        same_data = settings.get("raw_data", "") == self.raw_data
        return same_data and any(
            settings.get(name, "") != self.settings.get(name, "") for name in UNITS
        )


def read_locks(project: Path) -> list[Lock]:
    """Return the locked periods, each as last agreed, in the order of time.

    Args:
        project: folder of dbt_project.yml.

    Raises:
        UserError: a row cannot be what was written.
    """
    return newest(read_revisions(project / FOLDER))


def newest(revisions: Iterable[Lock]) -> list[Lock]:
    """Return the last revision of each locked period, in the order of time."""
    locks = {lock.period: lock for lock in revisions}
    return sorted(locks.values(), key=lambda lock: (lock.start, lock.end))


def read_revisions(folder: Path) -> list[Lock]:
    """Return every revision of every locked period, as they stand in the file."""
    if not folder.exists():
        return []  # a commit from before there were locks
    path = folder / PERIODS_FILE
    locks: list[Lock] = []
    known: dict[str, Lock] = {}
    for number, row in enumerate(_rows(path), start=2):
        where = f"{path}, line {number}"
        lock = _lock(row, where)
        before = known.get(lock.period)
        if lock.revision != (before.revision + 1 if before else 1):
            raise UserError(f"{where}: revision {lock.revision} does not follow; {GET_BACK}")
        for other in known.values():
            if other.period != lock.period and crosses(lock, other):
                raise UserError(f"{where}: {lock.period} and {other.period} overlap; {GET_BACK}")
        known[lock.period] = lock
        locks.append(lock)
    return locks


def crosses(one: Span, other: Span) -> bool:
    """Say whether two spans share months and neither lies within the other."""
    shares = one.start < other.end and other.start < one.end
    return shares and not (is_within(one, other) or is_within(other, one))


def is_within(one: Span, other: Span) -> bool:
    """Say whether a span lies wholly within another."""
    return other.start <= one.start and one.end <= other.end


def settings_as_text(settings: Mapping[str, str]) -> str:
    """Return settings as one cell of the file."""
    return "; ".join(f"{name}={value}" for name, value in sorted(settings.items()))


def as_row(lock: Lock) -> tuple[str, ...]:
    """Return a lock as a row of the file."""
    return (
        lock.period,
        str(lock.revision),
        lock.start.isoformat(),
        lock.last_date.isoformat(),
        lock.raw_data,
        lock.as_of.isoformat(),
        lock.agreed_by,
        lock.agreed_on.isoformat(),
        lock.reason,
        settings_as_text(lock.settings),
        lock.numbers_digest,
    )


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        raise UserError(f"{path} does not exist; {GET_BACK}")
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise UserError(f"{path} has other columns than {', '.join(COLUMNS)}; {GET_BACK}")
        return list(reader)


def _lock(row: Mapping[str, str], where: str) -> Lock:
    lacking = [name for name in COLUMNS if not row.get(name)]
    if lacking or None in row:
        raise UserError(f"{where}: no value for {', '.join(lacking) or 'a column'}; {GET_BACK}")
    try:
        lock = Lock(
            period=row["period"],
            start=date.fromisoformat(row["first_date"]),
            end=date.fromisoformat(row["last_date"]) + timedelta(days=1),
            revision=int(row["revision"]),
            raw_data=row["raw_data"],
            as_of=date.fromisoformat(row["as_of_date"]),
            agreed_by=row["agreed_by"],
            agreed_on=date.fromisoformat(row["agreed_on"]),
            reason=row["reason"],
            settings=_settings(row["settings"]),
            numbers_digest=row["numbers_digest"],
        )
        fiscal = int(lock.settings["fiscal_year_start_month"])
    except (ValueError, KeyError) as error:
        raise UserError(f"{where}: {error}; {GET_BACK}") from error
    named = read_period(lock.period, fiscal)
    if (named.start, named.end) != (lock.start, lock.end):
        raise UserError(
            f"{where}: {lock.period} is not {lock.start} to {lock.last_date}; {GET_BACK}"
        )
    return lock


def _settings(text: str) -> dict[str, str]:
    parts = (part.partition("=") for part in text.split("; "))
    return {name: value for name, _, value in parts}
