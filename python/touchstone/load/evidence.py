"""What a sample of values says of the way they are written: dates, numbers, lists of names."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from touchstone.load.dates import EPOCHS

_TIME = r"\d{1,2}:\d{2}(?P<seconds>:\d{2})?(?P<fraction>\.\d{1,9})?(?P<half>\s?[AaPp][Mm])?"
_OFFSET = r"(?P<offset>\s?(Z|[+-]\d{2}:?\d{2}))?"
_REST = rf"((?P<between>[T ]|, )(?P<time>{_TIME}){_OFFSET})?"
_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(\s?(Z|[+-]\d{2}(:?\d{2})?))?)?"
)
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})(?P<mark>[-/.])(?P<one>\d{{1,2}})(?P=mark)(?P<two>\d{{1,2}}){_REST}"
)
_YEAR_LAST = re.compile(
    rf"(?P<one>\d{{1,2}})(?P<mark>[-/.])(?P<two>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}|\d{{2}}){_REST}"
)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MONTH = rf"(?P<month>(?:{_MONTHS})[a-z]*)"
_NAMED = (
    (
        re.compile(rf"{_MONTH} (?P<two>\d{{1,2}}), (?P<year>\d{{4}}){_REST}", re.I),
        "{month} D, YYYY",
    ),
    (re.compile(rf"(?P<two>\d{{1,2}}) {_MONTH} (?P<year>\d{{4}}){_REST}", re.I), "D {month} YYYY"),
    (
        re.compile(rf"(?P<two>\d{{1,2}})-{_MONTH}-(?P<year>\d{{4}}|\d{{2}}){_REST}", re.I),
        "D-{month}-{year}",
    ),
)
_NUMBER = re.compile(r"[(\-+]?[\d.,'\u2019\u00a0\u202f ]*\d[\d.,]*([eE][+-]?\d+)?\)?-?")
# What stands beside a number and says nothing of its size: a currency, per cent. Not K or M.
_SIGN = re.compile(r"[A-Z]{3}|[A-Z]{0,2}\$|kr\.?|z\u0142|Fr\.?|Rs\.?|[^\w\s]+")


@dataclass(frozen=True)
class DateEvidence:
    """How dates are written: formats to declare, none when all are ISO; and what stays open."""

    formats: tuple[str, ...] = ()
    is_order_open: bool = False
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class NumberEvidence:
    """How numbers are written; empty marks mean plain numbers, as 1234.56."""

    decimal: str = ""
    thousands: str = ""
    remove: tuple[str, ...] = ()
    is_mark_open: bool = False
    example: str = ""
    unread: tuple[str, ...] = ()


def read_dates(values: Iterable[str], *, order: str = "") -> DateEvidence:
    """Return how a column of dates is written.

    Args:
        values: the values as the file has them.
        order: of day and month, DM or MD, where the values leave it open.

    >>> read_dates(["13/02/2024", "01/02/2024"]).formats
    ('DD/MM/YYYY',)
    >>> read_dates(["2024-02-13"]).formats
    ()
    """
    given = [value.strip() for value in values if value.strip()]
    found = [_date(value) for value in given]
    pairs = [(item.one, item.two) for item in found if item and item.one and item.two]
    says_day_first = any(one > 12 for one, _ in pairs)
    says_month_first = any(two > 12 for _, two in pairs)
    # no country writes month.day.year
    is_dotted = all(item.form.startswith("{first}.") for item in found if item and item.one)
    is_open = bool(pairs) and says_day_first == says_month_first and not is_dotted
    day_first = says_day_first if says_day_first != says_month_first else order == "DM" or is_dotted
    formats: dict[str, None] = {}
    for item in found:
        if item:
            first, second = ("D", "M") if day_first else ("M", "D")
            width = 2 if item.is_padded else 1
            formats[item.form.format(first=first * width, second=second * width)] = None
    unread = tuple(value for value, item in zip(given, found, strict=True) if item is None)
    if all(_ISO.fullmatch(value) for value in given if value not in unread):
        return DateEvidence(unread=unread)
    return DateEvidence(tuple(_as_few(formats)), is_open, unread)


@dataclass(frozen=True)
class _Date:
    form: str
    one: int | None = None
    two: int | None = None
    is_padded: bool = True


def _date(value: str) -> _Date | None:
    if value.isdigit():
        if len(value) == 8 and value[:2] in ("19", "20"):
            return _Date("YYYYMMDD")
        return _Date(EPOCHS[len(value)]) if len(value) in EPOCHS else None
    if match := _YEAR_FIRST.fullmatch(value):
        mark = match["mark"]
        return _Date(f"YYYY{mark}MM{mark}DD" + _rest(match))
    if match := _YEAR_LAST.fullmatch(value):
        mark, year = match["mark"], "YYYY" if len(match["year"]) == 4 else "YY"
        is_padded = len(match["one"]) == 2 and len(match["two"]) == 2
        form = f"{{first}}{mark}{{second}}{mark}{year}" + _rest(match)
        return _Date(form, int(match["one"]), int(match["two"]), is_padded)
    for pattern, form in _NAMED:
        if match := pattern.fullmatch(value):
            month = "MMM" if len(match["month"]) == 3 else "MMMM"
            year = "YYYY" if len(match["year"]) == 4 else "YY"
            return _Date(form.format(month=month, year=year) + _rest(match))
    return None


def _rest(match: re.Match[str]) -> str:
    if not match["time"]:
        return ""
    hours = match["time"].split(":")[0]
    form = match["between"] + (("h" if match["half"] else "H") * len(hours)) + ":mm"
    form += ":ss" if match["seconds"] else ""
    if match["fraction"]:
        form += ".SSS" if len(match["fraction"]) <= 4 else ".SSSSSS"
    if match["half"]:
        form += " AM" if match["half"].startswith(" ") else "AM"
    if match["offset"]:
        form += " Z" if match["offset"].startswith(" ") else "Z"
    return form


def _as_few(formats: Iterable[str]) -> list[str]:
    # DuckDB reads 1/2/2024 and 01/02/2024 by one format: what differs in width alone is one.
    kept: dict[str, str] = {}
    for form in formats:
        narrow = re.sub(r"(DD|HH|hh)", lambda found: found.group()[0], form)
        narrow = re.sub(r"(?<!M)MM(?!M)", "M", narrow)
        if narrow not in kept or len(form) > len(kept[narrow]):
            kept[narrow] = form
    return list(kept.values())


def read_numbers(values: Iterable[str], *, decimal: str = ".") -> NumberEvidence:
    """Return how a column of numbers is written.

    Args:
        values: the values as the file has them.
        decimal: the decimal mark where the values leave it open.

    >>> read_numbers(["1.234,50", "12"]).decimal
    ','
    >>> read_numbers(["12.500"]).is_mark_open
    True
    """
    signs: dict[str, None] = {}
    bare: list[str] = []
    unread: list[str] = []
    for value in values:
        text = value.strip()
        for sign in re.findall(r"[^\d.,'\u2019()\s+\-]+", re.sub(r"\d[eE][+-]?\d+$", "", text)):
            if _SIGN.fullmatch(sign):
                signs[sign] = None
                text = text.replace(sign, "")
        text = text.strip()
        if not text:
            continue
        (bare if _NUMBER.fullmatch(text) else unread).append(text)
    points = {"decimal": set[str](), "thousands": set[str]()}
    open_marks: dict[str, str] = {}
    for text in bare:
        marks = re.findall(r"[.,'\u2019\u00a0\u202f ]", text.strip("()+- "))
        if not marks:
            continue
        last = marks[-1]
        if len(set(marks)) > 1:
            points["decimal"].add(last)
            points["thousands"] |= set(marks) - {last}
        elif len(marks) > 1 or last not in ".,":
            points["thousands"].add(last)
        elif re.search(r"^[(+\-]?0*[1-9]\d{0,2}[.,]\d{3}\)?$", text):
            open_marks.setdefault(last, text)
        else:
            points["decimal"].add(last)
    thousands = sorted(points["thousands"])
    point = sorted(points["decimal"])
    is_open = False
    example = ""
    for mark, text in open_marks.items():
        if mark not in point and mark not in thousands:
            other = "," if mark == "." else "."
            if other in point:
                thousands.append(mark)
            elif other in thousands:
                point.append(mark)
            else:
                is_open, example = True, text
                (point if mark == decimal else thousands).append(mark)
    found = point[0] if len(point) == 1 else ""
    group = next((mark for mark in thousands if mark != found), "")
    group = {"\u2019": "'", "\u00a0": " ", "\u202f": " "}.get(group, group)
    if group and not found:
        found = "," if group == "." else "."
    is_plain = found in ("", ".") and not group and not is_open
    return NumberEvidence(
        decimal="" if is_plain else found or decimal,
        thousands=group,
        remove=tuple(signs),
        is_mark_open=is_open,
        example=example,
        unread=tuple(unread),
    )


def overlap(values: Mapping[str, int], others: Iterable[Mapping[str, int]]) -> int:
    """Return how many of the distinct values are among those of other columns."""
    known = {value.strip().lower() for other in others for value in other}
    return sum(value.strip().lower() in known for value in values)
