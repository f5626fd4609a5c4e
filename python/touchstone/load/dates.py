"""How a date is written, told from one of its values."""

import re

# What is not YYYY-MM-DD and yet a date: for RE2, which runs it over a whole column.
OTHER_DATES = "|".join(
    (
        r"^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}",
        r"^\d{4}[./]\d{1,2}[./]\d{1,2}",
        r"^\d{4}-\d{1,2}-\d{1,2}\D",
        r"^\d{4}-(\d-\d{1,2}|\d{2}-\d)$",
        r"^(19|20)\d{6}$",
        r"^\d{5}(\.\d+)?$",
        r"^(\d{10}|\d{13}|\d{16})(\.0+)?$",
        r"^\d{1,2}[ .-]*[A-Za-z]{3,}\.?,?[ -]+\d{2,4}",
        r"^[A-Za-z]{3,}\.? \d{1,2},? \d{4}",
    )
)
# What is written as it should be and is no day all the same (2024-02-30, a created date of
# 9999-12-31): no format would help.
ISO_DATES = (
    r"^\d{4}-\d{2}-\d{2}"
    r"([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s?(Z|[+-]\d{2}(:?\d{2})?)?)?"
    r"( \(expected .*)?$"
)
# Days that stand for "always" or "never": the first and the last that systems can write. The door
# (macros/raw.sql) reads them so; here they are let through.
PLACEHOLDER_DAYS = (
    "date '0001-01-01', date '1753-01-01', date '1899-12-30', date '1899-12-31', "
    "date '1900-01-01', date '2999-12-31', date '4000-12-31', date '9999-12-31'"
)
EPOCHS = {10: "epoch seconds", 13: "epoch milliseconds", 16: "epoch microseconds"}
_TIME = re.compile(
    r"(?P<gap>,? |T)\d{1,2}:\d{2}(?P<seconds>:\d{2})?(?P<fraction>\.\d+)?"
    r"(?P<half> ?[AaPp][Mm])?(?P<offset> ?(Z|[+-]\d{2}:?\d{2}))?$"
)


def format_of(value: str, is_day_first: bool = True) -> str:
    """Return the `date_format:` of a value; nothing when no format fits.

    >>> format_of("3/14/24 9:05 AM", is_day_first=False)
    'MM/DD/YY hh:mm AM'
    """
    epoch = re.fullmatch(r"(\d+)(\.0+)?", value)
    if epoch and len(epoch[1]) in EPOCHS:
        return EPOCHS[len(epoch[1])]
    if re.fullmatch(r"\d{8}", value):
        return "YYYYMMDD"
    time = _TIME.search(value)
    day = _day_format(value[: time.start()] if time else value, is_day_first)
    return day + _time_format(time) if day and time else day


def _day_format(value: str, is_day_first: bool) -> str:
    numbers = re.fullmatch(r"\d{1,2}([./-])\d{1,2}([./-])(\d{4}|\d{2})", value)
    if numbers:
        first, second = ("DD", "MM") if is_day_first else ("MM", "DD")
        return f"{first}{numbers[1]}{second}{numbers[2]}{'Y' * len(numbers[3])}"
    year_first = re.fullmatch(r"\d{4}([./-])\d{1,2}([./-])\d{1,2}", value)
    if year_first:
        return f"YYYY{year_first[1]}MM{year_first[2]}DD"
    named = re.fullmatch(r"\d{1,2}([ .-]+)([A-Za-z]+)([., -]+)(\d{4}|\d{2})", value)
    if named:
        return f"DD{named[1]}{_month(named[2])}{named[3]}{'Y' * len(named[4])}"
    named = re.fullmatch(r"([A-Za-z]+)(\.? )\d{1,2}(,? )\d{4}", value)
    return f"{_month(named[1])}{named[2]}DD{named[3]}YYYY" if named else ""


def _month(name: str) -> str:
    return "MMM" if len(name) == 3 else "MMMM"


def _time_format(time: re.Match[str]) -> str:
    hours = "hh:mm" if time["half"] else "HH:mm"
    half = time["half"] and ("AM" if time["half"][0].isalpha() else " AM")
    offset = time["offset"] and (" Z" if time["offset"].startswith(" ") else "Z")
    seconds = ":ss" if time["seconds"] else ""
    fraction = ""
    if time["fraction"]:
        fraction = ".SSS" if len(time["fraction"]) <= 4 else ".SSSSSS"
    return f"{time['gap']}{hours}{seconds}{fraction}{half or ''}{offset or ''}"
