"""What the CRM knows of people: when leads and contacts are made, which lead becomes a deal."""

from dataclasses import dataclass

import numpy as np

from touchstone.sample.columns import DAY, NEVER
from touchstone.sample.deals import Deals
from touchstone.sample.dice import Bools, Dice, Ints
from touchstone.sample.parameters import Settings
from touchstone.sample.population import Companies, People
from touchstone.sample.touches import Touches

KEY_STEP = 2**32


@dataclass(frozen=True)
class Records:
    """Per person: times of the records (NEVER: none), links; per deal: how it began."""

    first_touch: Ints  # position in the known touches, -1 when never known by a touch
    lead_created: Ints
    contact_created: Ints
    converted: Ints  # when the lead became a contact
    converted_deal: Ints  # position of the deal made by the conversion, -1 for none
    deal_person: Ints  # the person a deal begins with
    deal_created: Ints  # some deals are opened on the very day of the response (F07)
    deal_touch: Ints  # position of the known touch that began the deal, -1 for outbound deals


def make_records(
    settings: Settings,
    companies: Companies,
    people: People,
    known: Touches,
    deals: Deals,
    block: int,
) -> Records:
    """Return the records that the known touches and the deals leave in the CRM."""
    dice = Dice(settings.seed, "records", block)
    first_touch = np.full(len(people), -1, dtype=np.int64)
    starts = np.nonzero(np.diff(known.person, prepend=-1))[0]
    first_touch[known.person[starts]] = starts
    is_known = first_touch >= 0
    known_at = (
        np.where(is_known, known.seen[first_touch], NEVER)
        if len(known)
        else np.full(len(people), NEVER)
    )

    customer_since = _customer_since(companies, deals)
    is_customer = customer_since[people.company] <= known_at
    direct = is_known & is_customer & dice.chance(0.7, len(people))
    lead = np.where(is_known & ~direct, known_at, NEVER)
    contact = np.where(direct, known_at, NEVER)
    converted = np.full(len(people), NEVER)
    converted_deal = np.full(len(people), -1, dtype=np.int64)
    deal_person = np.full(len(deals), -1, dtype=np.int64)
    deal_touch = np.full(len(deals), -1, dtype=np.int64)
    deal_created = deals.created.copy()

    order = np.lexsort((known.seen, known.company))
    keys = known.company[order] * KEY_STEP + known.seen[order]
    for turn in range(int(deals.turn.max()) + 1 if len(deals) else 0):
        rows = np.nonzero(deals.turn == turn)[0]
        touch = _recent_touch(settings, dice, known, order, keys, deals, rows)
        person = np.where(
            touch >= 0,
            known.person[touch] if len(known) else 0,
            people.draw(dice, deals.company[rows]),
        )
        deal_touch[rows], deal_person[rows] = touch, person
        created = _same_day(settings, dice, known, touch, deals.created[rows])
        deal_created[rows] = created
        is_open_lead = (lead[person] < created - 3600) & (converted[person] == NEVER)
        converted[person[is_open_lead]] = created[is_open_lead]
        converted_deal[person[is_open_lead]] = rows[is_open_lead]
        is_new = ~is_open_lead & (contact[person] > created) & (converted[person] > created)
        sought = created - dice.between(5, 30, len(rows)) * DAY
        contact[person[is_new]] = sought[is_new]
        lead[person[is_new]] = NEVER
        _convert_group(settings, dice, people, deals.company[rows], created, lead, converted)
    contact = np.minimum(contact, converted)
    return Records(
        first_touch, lead, contact, converted, converted_deal, deal_person, deal_created, deal_touch
    )


def _customer_since(companies: Companies, deals: Deals) -> Ints:
    since = companies.customer_since.copy()
    np.minimum.at(since, deals.company[deals.is_won], deals.closed[deals.is_won])
    return since


def _recent_touch(
    settings: Settings,
    dice: Dice,
    known: Touches,
    order: Ints,
    keys: Ints,
    deals: Deals,
    rows: Ints,
) -> Ints:
    """Return the last known touch of the account some hours before each deal, -1: outbound."""
    row = settings.world["deals"]
    inbound = dice.chance(row["inbound_share"], len(rows))
    if not len(known):
        return np.full(len(rows), -1, dtype=np.int64)
    latest = deals.created[rows] - dice.between(5400, 14_400, len(rows))
    at = np.searchsorted(keys, deals.company[rows] * KEY_STEP + latest, side="right") - 1
    found = order[np.maximum(at, 0)]
    fits = (
        (at >= 0)
        & (known.company[found] == deals.company[rows])
        & (latest - known.seen[found] < row["inbound_window_days"] * DAY)
        & inbound
    )
    return np.where(fits, found, -1)


def _same_day(settings: Settings, dice: Dice, known: Touches, touch: Ints, created: Ints) -> Ints:
    """Return when the deals open: some of them hours after the response they start from."""
    hit = (touch >= 0) & dice.chance(settings.world["deals"]["same_day_share"], len(touch))
    wait = dice.between(7_200, 14_000, len(touch))
    if not len(known):
        return created
    seen = known.seen[np.maximum(touch, 0)]
    happened = known.time[np.maximum(touch, 0)]
    hit &= (created - seen < 12 * DAY) & (seen % DAY < 60_000)
    hit &= happened // DAY == (seen + wait) // DAY
    return np.where(hit, seen + wait, created)


def _convert_group(
    settings: Settings,
    dice: Dice,
    people: People,
    company: Ints,
    created: Ints,
    lead: Ints,
    converted: Ints,
) -> None:
    """Convert some other leads of the account along with each deal, without a deal of their own."""
    member, of_row = people_of(people, company)
    when = created[of_row] + dice.between(600, 15 * DAY, len(member))
    chosen: Bools = dice.chance(settings.world["funnel"]["group_conversion"], len(member))
    chosen &= (lead[member] < created[of_row]) & (converted[member] == NEVER)
    chosen &= when < settings.end
    converted[member[chosen]] = when[chosen]


def people_of(people: People, company: Ints) -> tuple[Ints, Ints]:
    """Return all people of each company, and for each the position of the company in the list."""
    size = people.size[company]
    of_row = np.repeat(np.arange(len(company), dtype=np.int64), size)
    within = np.arange(int(size.sum()), dtype=np.int64) - np.repeat(np.cumsum(size) - size, size)
    return people.first[company][of_row] + within, of_row
