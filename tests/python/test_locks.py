"""Locked periods: what is agreed stays published, what moves is said, and nothing is silent."""

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchstone.errors import UserError
from touchstone.locks import Lock, read_locks
from touchstone.locks.agreed import COLUMNS, FOLDER, PERIODS_FILE, as_row
from touchstone.locks.periods import MONTHS, months_after, read_period
from touchstone.metrics.values import GRAINS


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
