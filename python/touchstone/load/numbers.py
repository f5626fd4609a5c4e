"""How the numbers of a column are written, told from all its values: 12.500 alone says nothing.

A point or comma with three digits behind it may part thousands or decimals. Other values of the
column settle it (12.5, 1.234,56, 0.845); where none does, only the owner of the data can know.
"""

from dataclasses import dataclass
from typing import Any, NoReturn

from touchstone.errors import UserError
from touchstone.load.values import APOSTROPHE, JudgedNumber

# Of fewer values than this share, what speaks against the rest is a slip of somebody's.
_SLIPS_PER_CENT = 1

# Blanks and apostrophes between digits part thousands, and are never decimals.
_GROUP_MARKS = r"[ \x{00a0}\x{202f}''\x{2019}]"
# name -> pattern of a whole value, without its sign, blanks and apostrophes
_KINDS = {
    "point_or_thousands": r"[1-9]\d{0,2}\.\d{3}",
    "comma_or_thousands": r"[1-9]\d{0,2},\d{3}",
    "decimal_point": r"(\d+\.\d*|\.\d+)([eE][+-]?\d+)?",
    "comma_groups": r"\d{1,3}(,\d{2,3})*,\d{3}\.\d*|\d{1,3}(,\d{2,3})+,\d{3}",
    "decimal_comma": r"\d+,\d*|,\d+",
    "point_groups": r"\d{1,3}(\.\d{3})+,\d*|\d{1,3}(\.\d{3}){2,}",
}
_POINT = ("decimal_point", "comma_groups")
_COMMA = ("decimal_comma", "point_groups")


@dataclass(frozen=True)
class Seen:
    """How many values of a column are written in one way, and the first of them."""

    count: int
    file: str = ""
    row: int = 0
    value: str = ""

    @property
    def place(self) -> str:
        """The first value and its row."""
        return f"'{self.value}' in row {self.row}"


@dataclass(frozen=True)
class Evidence:
    """What the values of one column say of how its numbers are written, and of their scale."""

    number: JudgedNumber
    label: str
    given: int
    kinds: dict[str, Seen]
    highest: float | None
    between: int
    with_per_cent: int
    grouped: Seen

    def any_of(self, *names: str) -> Seen:
        """Return the values written in one of several ways."""
        seen = [self.kinds[name] for name in names if self.kinds[name].count]
        if not seen:
            return Seen(0)
        first = min(seen, key=lambda kind: (kind.file, kind.row))
        return Seen(sum(kind.count for kind in seen), first.file, first.row, first.value)

    @property
    def is_share(self) -> bool:
        """Whether per cent are given as 0 to 1."""
        return (
            not self.number.has_scale
            and not self.with_per_cent
            and self.highest is not None
            and 0 < self.highest <= 1
        )

    @property
    def share_note(self) -> str:
        """What a load says of per cent that were given as a share of one."""
        if self.between:
            return (
                f"{self.label}: every value is 0 to 1, a share of one, and was multiplied by 100 "
                "(`multiply_by: 1` leaves it as it is)"
            )
        return (
            f"{self.label}: every value is 0 or 1, which was read as 0 and 100 per cent "
            "(`multiply_by: 1` if 1 per cent is meant)"
        )


def columns_of_evidence(place: int) -> list[str]:
    """Return the aggregates that `evidence` reads, over the columns of a number's place."""
    bare = (
        f"regexp_replace(bare_{place}, '[''\\x{{2019}}\\s\\x{{00a0}}\\x{{202f}}_]|^[+-]', '', 'g')"
    )
    value = f"try_cast(plain_{place} as double)"
    columns = [f"count(text_{place})"]
    first = f"{{'file': _source_file, 'row': _source_row, 'value': text_{place}}}"
    grouped = f"regexp_matches(bare_{place}, '\\d{_GROUP_MARKS}\\d{{3}}')"
    taken: list[str] = []
    for pattern in _KINDS.values():
        # A value is of the first kind it fits: 12.500 is no sure decimal point.
        fits = f"regexp_full_match({bare}, '{pattern}')"
        condition = " and ".join([fits, *(f"not {earlier}" for earlier in taken)])
        columns += [
            f"count(*) filter (where {condition})",
            f"min({first}) filter (where {condition})",
        ]
        if len(taken) < 2:
            taken.append(fits)
    return [
        *columns,
        f"max({value})",
        f"count(*) filter (where {value} > 0 and {value} < 1)",
        f"count(*) filter (where text_{place} like '%|%%' escape '|')",
        f"count(*) filter (where {grouped})",
        f"min({first}) filter (where {grouped})",
    ]


WIDTH = 1 + 2 * len(_KINDS) + 5


def evidence(number: JudgedNumber, label: str, row: list[Any]) -> Evidence:
    """Return what a row of `columns_of_evidence` says."""
    kinds = {name: _seen(*row[1 + 2 * i : 3 + 2 * i]) for i, name in enumerate(_KINDS)}
    highest, between, with_per_cent, count, first = row[1 + 2 * len(_KINDS) :]
    grouped = _seen(count, first)
    return Evidence(number, label, row[0], kinds, highest, between, with_per_cent, grouped)


def _seen(count: int, first: dict[str, Any] | None) -> Seen:
    return Seen(count, first["file"], first["row"], first["value"]) if first else Seen(0)


def judge(found: Evidence) -> None:
    """Stop where the values of a column do not say how they are written, and the mapping neither.

    What is plainly written otherwise than 1234.56 in few values are slips: quarantine takes them.
    """
    if not found.number.is_undeclared:
        return
    point, comma = found.any_of(*_POINT), found.any_of(*_COMMA)
    if _are_many(found.grouped.count, found):
        has_apostrophe = set(found.grouped.value) & {APOSTROPHE, "\u2019"}
        settled = f'`thousands_separator: "{APOSTROPHE if has_apostrophe else " "}"`'
        if comma.count:
            settled = f'`decimal_separator: ","` and {settled}'
        _fail(found, found.grouped, _fitting(settled))
    point_or_thousands = found.kinds["point_or_thousands"]
    comma_or_thousands = found.kinds["comma_or_thousands"]
    if comma.count and point.count and not _is_slip(comma, point) and not _is_slip(point, comma):
        _fail(
            found,
            min(point, comma, key=lambda kind: (kind.file, kind.row)),
            f"the values contradict each other: {point.place} has a decimal point, {comma.place} "
            "a decimal comma. Mend the file, or map the rows of each kind as a part of their own "
            "with its `decimal_separator:`",
        )
    if point.count and not _is_slip(point, comma):
        otherwise = found.any_of("comma_or_thousands", "comma_groups")
        if _are_many(otherwise.count, found):
            _fail(found, otherwise, _fitting('`thousands_separator: ","`'))
        return
    if comma.count and (
        point_or_thousands.count or _are_many(comma.count + comma_or_thousands.count, found)
    ):
        settled = '`decimal_separator: ","`'
        if point_or_thousands.count or found.kinds["point_groups"].count:
            settled += ' and `thousands_separator: "."`'
        first = found.any_of("point_or_thousands", "comma_or_thousands", *_COMMA)
        _fail(found, first, _fitting(settled))
    if point_or_thousands.count or _are_many(comma_or_thousands.count, found):
        _ask(found, point_or_thousands, comma_or_thousands)


def _are_many(count: int, found: Evidence) -> bool:
    return count * 100 > found.given * _SLIPS_PER_CENT


def _fitting(settled: str) -> str:
    return f"all its values together fit {settled}: add it to the column, its file or `defaults:`"


def _is_slip(few: Seen, many: Seen) -> bool:
    return few.count * 100 <= many.count * _SLIPS_PER_CENT


def _where(found: Evidence, first: Seen) -> str:
    return f"{first.file}, row {first.row}: '{first.value}' for {found.label}"


def _fail(found: Evidence, first: Seen, settled: str) -> NoReturn:
    raise UserError(
        f"{_where(found, first)} is not a plain number such as 1234.56, and the mapping does not "
        f"say how numbers are written; {settled}"
    )


def _ask(found: Evidence, with_point: Seen, with_comma: Seen) -> NoReturn:
    first = found.any_of("point_or_thousands", "comma_or_thousands")
    mark = "." if first is with_point or "." in first.value else ","
    other = "," if mark == "." else "."
    if with_point.count and with_comma.count:
        choices = (
            f'`decimal_separator: "{other}"` and `thousands_separator: "{mark}"`, or '
            f'`decimal_separator: "{mark}"` and `thousands_separator: "{other}"`'
        )
    else:
        choices = (
            f'`thousands_separator: "{mark}"` where it is {first.value.replace(mark, "")}, or '
            f'`decimal_separator: "{mark}"` where it is {first.value.replace(mark, ".")}'
        )
    raise UserError(
        f"{_where(found, first)} may be thousands or decimals: every value of the column that has "
        "a separator has exactly three digits behind it, and only you can know which. Add to the "
        f"column, its file or `defaults:` {choices}"
    )
