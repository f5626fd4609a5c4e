"""Deals: when they open and close, for how much, and what customers buy after."""

from dataclasses import dataclass

import numpy as np

from touchstone.sample.columns import DAY, NEVER
from touchstone.sample.demand import Demand, office_times
from touchstone.sample.dice import Bools, Dice, Ints
from touchstone.sample.parameters import BASE_ACCOUNTS, Settings, day_of, seconds
from touchstone.sample.population import Companies

NEW, EXPANSION, RENEWAL, SERVICES, TEST = range(5)
TYPES = ("New Business", "Expansion", "Renewal", "Services", "New Business")


@dataclass(frozen=True)
class Deals:
    """Deals of a block; `closed` at or after the end of the data means that the deal is open."""

    company: Ints
    kind: Ints
    turn: Ints
    created: Ints
    closed: Ints
    is_won: Bools
    amount: Ints  # minor units of the account's currency

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.company)


def new_business(settings: Settings, companies: Companies, demand: Demand, block: int) -> Deals:
    """Return the deals that demand opened."""
    dice = Dice(settings.seed, "new business", block)
    count = len(demand.deal_company)
    created = office_times(settings, dice, demand.deal_week)
    closed = created + demand.deal_cycle * DAY + dice.between(-10_000, 10_000, count)
    pulled = demand.deal_won & dice.chance(settings.world["deals"]["quarter_end_pull"], count)
    late = (
        _quarter_ends(closed)
        - dice.between(0, 13, count) * DAY
        + dice.between(30_000, 64_000, count)
    )
    closed = np.where(pulled & (late > created + 5 * DAY), late, closed)
    segments = settings.world["segments"]
    median = np.array([row["deal_median"] for row in segments], dtype=np.float64)
    sigma = np.array([row["deal_sigma"] for row in segments], dtype=np.float64)
    segment = companies.segment[demand.deal_company]
    dollars = dice.lognormal(median[segment], sigma[segment], count)
    deals = Deals(
        company=demand.deal_company,
        kind=np.full(count, NEW),
        turn=demand.deal_turn,
        created=created,
        closed=closed,
        is_won=demand.deal_won,
        amount=_in_account_currency(settings, companies, demand.deal_company, dollars),
    )
    return _take(deals, np.nonzero(created < settings.end)[0])


def later_business(settings: Settings, companies: Companies, first: Deals, block: int) -> Deals:
    """Return renewals, expansions and services of customers."""
    dice = Dice(settings.seed, "later business", block)
    row = settings.world["deals"]
    won = np.nonzero(first.is_won & (first.closed < settings.end))[0]
    old = np.nonzero(companies.customer_since < NEVER)[0]
    company = np.concatenate([first.company[won], old])
    since = np.concatenate([first.closed[won], companies.customer_since[old]])
    median = np.array([row["deal_median"] for row in settings.world["segments"]], dtype=np.float64)
    sizes = dice.lognormal(median[companies.segment[old]], np.full(len(old), 0.8), len(old))
    worth = np.concatenate(
        [first.amount[won], _in_account_currency(settings, companies, old, sizes)]
    )
    parts = [_services(settings, dice, company[: len(won)], since[: len(won)], worth[: len(won)])]
    until = np.full(len(company), NEVER)
    for year in range(1, settings.months // 12 + 3):
        due = since + year * 365 * DAY
        alive = (
            (until == NEVER) & (due - 120 * DAY < settings.end) & (due - 90 * DAY >= settings.start)
        )
        created = due - dice.between(70, 100, len(due)) * DAY
        closed = due - dice.between(-3, 20, len(due)) * DAY
        renewed = dice.chance(row["renewal_win"], len(due))
        rise = 9400 + dice.between(0, 1600, len(due))
        rows = np.nonzero(alive & (created < settings.end))[0]
        parts.append(
            _after(company, created, closed, renewed, worth * rise // 10_000, RENEWAL, rows)
        )
        until = np.where(alive & ~renewed & (closed < settings.end), closed, until)
    for year in range(settings.months // 12 + 2):
        created = since + year * 365 * DAY + dice.between(60, 360, len(since)) * DAY
        closed = created + dice.lognormal(55.0, 0.6, len(since)).astype(np.int64) * DAY
        happens = dice.chance(row["expansions_per_year"], len(since))
        bought = dice.chance(0.55, len(since))
        part = worth * dice.between(10, 60, len(since)) // 100
        rows = np.nonzero(
            happens & (created < np.minimum(until, settings.end)) & (created >= settings.start)
        )[0]
        parts.append(_after(company, created, closed, bought, part, EXPANSION, rows))
    return _office_hours(dice, concatenate(parts), companies, settings)


def _services(settings: Settings, dice: Dice, company: Ints, since: Ints, worth: Ints) -> Deals:
    count = len(company)
    created = since + dice.between(5, 40, count) * DAY
    closed = created + dice.between(7, 45, count) * DAY
    chosen = dice.chance(settings.world["deals"]["services_share"], count) & (
        created < settings.end
    )
    return _after(
        company,
        created,
        closed,
        dice.chance(0.85, count),
        worth // 8,
        SERVICES,
        np.nonzero(chosen)[0],
    )


def _after(
    company: Ints, created: Ints, closed: Ints, is_won: Bools, amount: Ints, kind: int, rows: Ints
) -> Deals:
    return Deals(
        company[rows],
        np.full(len(rows), kind),
        np.zeros(len(rows), dtype=np.int64),
        created[rows],
        closed[rows],
        is_won[rows],
        amount[rows],
    )


def _office_hours(dice: Dice, deals: Deals, companies: Companies, settings: Settings) -> Deals:
    """Return the deals opened and closed in office hours, amounts rounded as sellers write them."""
    count = len(deals)
    created = deals.created // DAY * DAY + dice.between(28_800, 43_000, count)
    closed = deals.closed // DAY * DAY + dice.between(43_200, 61_200, count)
    unit = _round_units(settings, companies)[deals.company]
    amount = np.maximum((deals.amount + unit // 2) // unit, 1) * unit
    return Deals(deals.company, deals.kind, deals.turn, created, closed, deals.is_won, amount)


def test_deals(settings: Settings, companies: Companies, block: int) -> Deals:
    """Return deals that somebody made to try the CRM; never won (F42)."""
    dice = Dice(settings.seed, "test deals", block)
    count = max(1, settings.world["deals"]["test_deals"] * len(companies) // BASE_ACCOUNTS)
    company = dice.below(np.full(count, len(companies)))
    days = (settings.end - settings.start) // DAY
    created = settings.start + dice.between(20, max(21, days - 40), count) * DAY + 40_000
    return Deals(
        company=company,
        kind=np.full(count, TEST),
        turn=np.zeros(count, dtype=np.int64),
        created=created,
        closed=created + dice.between(2, 20, count) * DAY,
        is_won=np.zeros(count, dtype=bool),
        amount=np.full(count, 100),
    )


def concatenate(parts: list[Deals]) -> Deals:
    """Return the deals of all parts."""
    return Deals(
        *[
            np.concatenate([getattr(part, name) for part in parts])
            for name in Deals.__dataclass_fields__
        ]
    )


def _take(deals: Deals, rows: Ints) -> Deals:
    return Deals(*[getattr(deals, name)[rows] for name in Deals.__dataclass_fields__])


def currency_of(settings: Settings, companies: Companies) -> Ints:
    """Return the currency of each company: 0 for USD, else 1 + its place in world.yml."""
    names = list(settings.world["currencies"])
    codes = [
        1 + names.index(row["currency"]) if row["currency"] in names else 0
        for row in settings.world["countries"]
    ]
    return np.array(codes, dtype=np.int64)[companies.country]


def currency_digits(settings: Settings) -> Ints:
    """Return the decimal digits of each currency, USD first."""
    rows = settings.world["currencies"].values()
    return np.array([2, *[row["digits"] for row in rows]], dtype=np.int64)


def _round_units(settings: Settings, companies: Companies) -> Ints:
    """Return the minor units that an amount is rounded to: 50.00, or 5,000 yen."""
    digits = currency_digits(settings)[currency_of(settings, companies)]
    return np.where(digits == 2, 5_000, 5_000)


def _in_account_currency(
    settings: Settings,
    companies: Companies,
    company: Ints,
    dollars: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> Ints:
    """Return rounded amounts in minor units; 1 deal in 8 keeps odd cents."""
    rows = settings.world["currencies"].values()
    units = np.array([100.0, *[row["start"] * 10 ** row["digits"] for row in rows]])
    currency = currency_of(settings, companies)[company]
    minor = np.minimum(dollars, 3_000_000.0) * units[currency]
    step = _round_units(settings, companies)[company]
    rounded = np.maximum((minor / step).astype(np.int64), 1) * step
    odd = (np.arange(len(company)) % 8 == 3) & (currency_digits(settings)[currency] == 2)
    amounts: Ints = rounded + np.where(odd, 37 + np.arange(len(company)) % 61, 0)
    return amounts


def _quarter_ends(times: Ints) -> Ints:
    """Return midnight of the last day of the quarter of each time."""
    if not len(times):
        return times
    first, last = day_of(int(times.min())).year, day_of(int(times.max())).year + 1
    starts = [
        seconds(day_of(0).replace(year=year, month=month))
        for year in range(first, last + 1)
        for month in (1, 4, 7, 10)
    ]
    edges = np.array(starts, dtype=np.int64)
    ends: Ints = edges[np.searchsorted(edges, times, side="right")] - DAY
    return ends
