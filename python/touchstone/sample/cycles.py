"""What sales did with each lead: one cycle per burst of responses, its statuses and their times."""

from dataclasses import dataclass

import numpy as np

from touchstone.sample.columns import DAY, NEVER
from touchstone.sample.dice import Bools, Dice, Floats, Ints
from touchstone.sample.parameters import Settings
from touchstone.sample.records import Records
from touchstone.sample.touches import Touches

STATUSES = (
    "New",
    "Working",
    "MQL",
    "Accepted (SAL)",
    "Qualified (SQL)",
    "Rejected",
    "Recycled",
    "Disqualified",
)
NEW, WORKING, MQL, ACCEPTED, QUALIFIED, REJECTED, RECYCLED, DISQUALIFIED = range(8)


@dataclass(frozen=True)
class Cycles:
    """One row per cycle; times are NEVER where a stage was not reached."""

    person: Ints
    start: Ints
    limit: Ints  # what happens at or after this time belongs to another cycle, or to the contact
    mql: Ints
    accepted: Ints
    qualified: Ints
    converted: Ints
    deal: Ints
    end: Ints
    end_status: Ints
    working: Ints

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.person)


def make_cycles(settings: Settings, known: Touches, records: Records, block: int) -> Cycles:
    """Return the cycles of all leads."""
    dice = Dice(settings.seed, "cycles", block)
    of_lead = (records.lead_created[known.person] < NEVER) & (
        known.seen < records.converted[known.person]
    )
    person, seen = known.person[of_lead], known.seen[of_lead]
    gap = settings.world["funnel"]["cycle_gap_days"] * DAY
    is_new_person = np.diff(person, prepend=-1) != 0
    opens = is_new_person | (np.diff(seen, prepend=0) > gap)
    person, start = person[opens], seen[opens]
    is_last = np.diff(person, append=-1) != 0
    next_start = np.where(is_last, NEVER, np.append(start[1:], NEVER)) if len(start) else start
    limit = np.minimum(np.minimum(next_start, records.converted[person]), settings.end)
    deal = np.where(is_last, records.converted_deal[person], -1)
    return _dated(settings, dice, records, person, start, limit, deal)


def _dated(
    settings: Settings,
    dice: Dice,
    records: Records,
    person: Ints,
    start: Ints,
    limit: Ints,
    deal: Ints,
) -> Cycles:
    count = len(person)
    funnel = settings.world["funnel"]
    converts = deal >= 0
    converted = np.where(converts, records.converted[person], NEVER)

    # towards a deal: the way from response to deal, in pieces that are never longer than usual
    begin = np.where(
        converted - start > 75 * DAY, converted - dice.between(12, 30, count) * DAY, start
    )
    way = np.where(converts, converted - begin, DAY)
    mql_fast = begin + np.minimum(way // 5, _delay(dice, 0.15, 1.0, 3, count))
    sal_fast = mql_fast + np.minimum(way // 3, _delay(dice, 1.5, 0.8, 25, count))
    sql_fast = sal_fast + np.minimum(
        (converted - sal_fast) * 2 // 3, _delay(dice, 9.0, 0.6, 45, count)
    )

    is_mql = dice.chance(funnel["mql"], count)
    fate = dice.pick(list(funnel["mql_outcomes"].values()), count)
    then = dice.pick(list(funnel["accepted_outcomes"].values()), count)
    mql = start + _delay(dice, 0.15, 1.0, 3, count)
    accepted = _at(is_mql & (fate == 0), mql + _delay(dice, 1.5, 0.8, 28, count))
    qualified = _at((accepted < NEVER) & (then == 0), accepted + _delay(dice, 9.0, 0.6, 60, count))
    end, status = _ends(dice, is_mql, fate, then, start, mql, accepted, qualified)
    working = _at(~is_mql & dice.chance(0.3, count), start + _delay(dice, 1.0, 0.7, 10, count))

    mql = np.where(converts, mql_fast, _at(is_mql, mql))
    accepted = np.where(converts, sal_fast, accepted)
    qualified = np.where(converts, sql_fast, qualified)
    end = np.where(converts, NEVER, end)
    return Cycles(
        person=person,
        start=start,
        limit=limit,
        mql=_before(mql, limit),
        accepted=_before(accepted, limit),
        qualified=_before(qualified, limit),
        converted=converted,
        deal=deal,
        end=_before(end, limit),
        end_status=status,
        working=_before(np.where(converts, NEVER, working), limit),
    )


def _ends(
    dice: Dice,
    is_mql: Bools,
    fate: Ints,
    then: Ints,
    start: Ints,
    mql: Ints,
    accepted: Ints,
    qualified: Ints,
) -> tuple[Ints, Ints]:
    """Return when and how a cycle without a deal ends; many are simply left."""
    count = len(start)
    end = np.full(count, NEVER)
    status = np.full(count, RECYCLED, dtype=np.int64)
    rejected = is_mql & (fate == 1)
    end = np.where(rejected, mql + _delay(dice, 3.0, 0.8, 29, count), end)
    status = np.where(rejected, REJECTED, status)
    disqualified = is_mql & (fate == 2)
    end = np.where(disqualified, mql + _delay(dice, 2.0, 0.8, 29, count), end)
    status = np.where(disqualified, DISQUALIFIED, status)
    forgotten = is_mql & (fate == 3) & dice.chance(0.4, count)
    end = np.where(forgotten, mql + dice.between(31, 45, count) * DAY, end)
    later = accepted + _delay(dice, 14.0, 0.6, 60, count)
    end = np.where((accepted < NEVER) & (then > 0), later, end)
    status = np.where((accepted < NEVER) & (then == 2), REJECTED, status)
    cooled = (qualified < NEVER) & dice.chance(0.75, count)
    end = np.where(cooled, qualified + dice.between(10, 50, count) * DAY, end)
    spam = ~is_mql & dice.chance(0.06, count)
    end = np.where(spam, start + _delay(dice, 1.0, 0.7, 12, count), end)
    return end, np.where(spam, DISQUALIFIED, status)


def _delay(dice: Dice, median_days: float, sigma: float, most_days: int, count: int) -> Ints:
    """Return seconds of a lognormal delay, at least ten minutes."""
    drawn: Floats = dice.lognormal(median_days * DAY, sigma, count)
    return np.clip(drawn, 600.0, most_days * DAY).astype(np.int64)


def _at(where: Bools, times: Ints) -> Ints:
    return np.where(where, np.minimum(times, NEVER), NEVER)


def _before(times: Ints, limit: Ints) -> Ints:
    return np.where(times < limit, times, NEVER)
