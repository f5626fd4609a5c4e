"""What share of a deal each touch earns, and how shares become whole numbers.

Specification 1.3 (weights), 1.4 (absent milestones) and 1.9 (settlement).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache

from touchstone.credit.definitions import Definition, Redistribution

WHOLE_PPB = 10**9
DECAY_WHOLE = 2**50  # the weight of a touch of age 0 in time decay
DECAY_DIGITS = 80  # of the irrational power before it is rounded down to one of 16 digits


def weigh(
    definition: Definition,
    touch_count: int,
    positions: Mapping[str, int | None],
    ages: Sequence[int],
    redistribution: Redistribution = "proportional",
) -> list[Fraction]:
    """Return one share per touch of a journey; they add up to exactly 1.

    `positions`: where each milestone falls, 0 = first touch, None or left out = absent. `ages`:
    whole days or hours (`unit` of the definition) from each touch to the end of the scope or any
    other moment that is one for all; used by time decay only.

    A touch with several milestones earns all their shares. The share of an absent milestone, and of
    `between` when every touch has a milestone, goes to what is present: in proportion to the
    shares, or in even parts (each milestone present counts once, and so does `between`). With no
    milestone present every touch earns the same.
    """
    if touch_count == 0:
        return []
    if definition.half_life is not None:
        return _decayed(ages, definition.half_life)
    present = {
        milestone: (position, share)
        for milestone, share in definition.anchors.items()
        if (position := positions.get(milestone)) is not None
    }
    if not present:
        return [Fraction(1, touch_count)] * touch_count
    with_milestone = {position for position, _ in present.values()}
    between_count = touch_count - len(with_milestone)
    between = definition.between if between_count else Fraction(0)

    given = sum((share for _, share in present.values()), between)
    if redistribution == "proportional":
        factor, extra = 1 / given, Fraction(0)
    else:
        factor, extra = Fraction(1), (1 - given) / (len(present) + (1 if between else 0))

    shares = [Fraction(0)] * touch_count
    for position, share in present.values():
        shares[position] += share * factor + extra
    if between:
        for position in range(touch_count):
            if position not in with_milestone:
                shares[position] = (between * factor + extra) / between_count
    return shares


def settle(shares: Sequence[Fraction | int], whole: int) -> list[int]:
    """Divide a whole number in proportion to shares; the parts add up to it exactly.

    By largest remainder: every part is rounded down and the units left over go to the largest
    remainders; of equal remainders the larger share comes first, then the earlier one. A negative
    whole is settled without its sign. Raises ValueError when there is something to divide and the
    shares are negative or add up to 0.
    """
    total = sum(shares, Fraction(0))
    if any(share < 0 for share in shares) or (whole and not total):
        raise ValueError("shares must not be negative, and must not add up to 0")
    if not total:
        return [0] * len(shares)
    exact = [Fraction(abs(whole) * share) / total for share in shares]
    parts = [part.numerator // part.denominator for part in exact]
    left_over = abs(whole) - sum(parts)
    by_remainder = sorted(
        range(len(shares)), key=lambda at: (parts[at] - exact[at], -shares[at], at)
    )
    for at in by_remainder[:left_over]:
        parts[at] += 1
    return [-part for part in parts] if whole < 0 else parts


def _decayed(ages: Sequence[int], half_life: int) -> list[Fraction]:
    # Ages count from the newest touch: the common factor cancels, and the oldest journeys keep all
    # their digits.
    newest = min(ages)
    weights = [decay_weight(age - newest, half_life) for age in ages]
    total = sum(weights)
    return [Fraction(weight, total) for weight in weights]


@cache
def decay_weight(age: int, half_life: int) -> int:
    """Return the weight of a touch: 2^50 at age 0, half of it after each half-life, rounded down.

    2 to a fraction of a half-life is irrational and every engine's `pow` rounds it in its own way,
    so the definition is this whole number: the one of the age within its half-life, halved once for
    every full half-life. A share made of it differs from the exact one by less than 10^-12.
    """
    full_half_lives, rest = divmod(age, half_life)
    with localcontext(prec=DECAY_DIGITS):
        within = int(DECAY_WHOLE * Decimal(2) ** (Decimal(-rest) / half_life))
    return within >> full_half_lives
