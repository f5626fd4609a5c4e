"""Companies, the people who buy for them, and the staff who sell to them."""

from dataclasses import dataclass

import numpy as np

from touchstone.sample.columns import DAY, NEVER
from touchstone.sample.dice import Dice, Floats, Ints
from touchstone.sample.parameters import Settings, shares

MAILBOXES = ("work", "subdomain", "free", "role", "disposable")
WORK, SUBDOMAIN, FREE, ROLE, DISPOSABLE = range(5)


@dataclass(frozen=True)
class Staff:
    """Who sells and markets: counts, and what each adds to the logit of winning a deal."""

    sellers: int
    developers: int
    marketers: int
    seller_effect: Floats
    developer_effect: Floats
    marketer_effect: Floats
    pair_effect: Floats  # marketer x developer

    # users are numbered sellers first, then development reps, marketers, and the rest
    def developer_user(self, developer: Ints) -> Ints:
        """Return the user number of a development rep."""
        return developer + self.sellers

    def marketer_user(self, marketer: Ints) -> Ints:
        """Return the user number of a marketer."""
        return marketer + self.sellers + self.developers


@dataclass(frozen=True)
class Companies:
    """The companies of one block; positions in the arrays are `company` elsewhere."""

    number: Ints  # unique over all blocks
    segment: Ints
    country: Ints
    industry: Ints
    employees: Ints
    fit: Floats
    seller: Ints
    developer: Ints
    marketer: Ints
    customer_since: Ints  # NEVER when not a customer before the data begins
    created: Ints
    in_crm_from_start: Ints  # 0 when the CRM gets the account with its first deal

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.number)


@dataclass(frozen=True)
class People:
    """The people of one block, company by company; positions are `person` elsewhere."""

    number: Ints
    company: Ints
    first: Ints  # of each company: position of its first person
    size: Ints  # of each company
    role: Ints
    title: Ints
    mailbox: Ints
    edges: Floats  # running sum of engagement weights, for drawing a person of a company

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.number)

    def draw(self, dice: Dice, company: Ints) -> Ints:
        """Return one person of each company, by weight of engagement."""
        before = np.where(self.first[company] > 0, self.edges[self.first[company] - 1], 0.0)
        last = self.first[company] + self.size[company] - 1
        wanted = before + dice.uniform(len(company)) * (self.edges[last] - before)
        found = np.searchsorted(self.edges, wanted, side="right").astype(np.int64)
        drawn: Ints = np.clip(found, self.first[company], last)
        return drawn


def make_staff(settings: Settings) -> Staff:
    """Return the staff: about a seller for 75 accounts."""
    dice = Dice(settings.seed, "staff")
    sellers = max(4, settings.accounts // 75)
    developers = max(3, settings.accounts // 120)
    marketers = max(3, settings.accounts // 150)
    spread = settings.world["deals"]["staff_effect"]
    pair_spread = settings.world["deals"]["pair_effect"]
    return Staff(
        sellers,
        developers,
        marketers,
        dice.normal(sellers) * spread,
        dice.normal(developers) * spread,
        dice.normal(marketers) * spread,
        dice.normal(marketers, developers) * pair_spread,
    )


def make_companies(
    settings: Settings, staff: Staff, block: int, first: int, count: int
) -> Companies:
    """Return `count` companies, numbered from `first`."""
    dice = Dice(settings.seed, "companies", block)
    world = settings.world
    number = np.arange(first, first + count, dtype=np.int64)
    segment = dice.pick(shares(world["segments"]), count)
    smallest = np.array([row["employees"][0] for row in world["segments"]], dtype=np.int64)[segment]
    largest = np.array([row["employees"][1] for row in world["segments"]], dtype=np.int64)[segment]
    place = dice.uniform(count)
    employees = smallest + ((largest - smallest) * place * place * place).astype(np.int64)
    is_customer = dice.chance(world["deals"]["customers_from_start"], count)
    since = settings.start - dice.between(20, 340, count) * DAY
    created = settings.start - dice.between(30, 700, count) * DAY + dice.between(0, DAY - 1, count)
    return Companies(
        number=number,
        segment=segment,
        country=dice.pick(shares(world["countries"]), count),
        industry=dice.below(np.full(count, len(world["industries"]))),
        employees=employees,
        fit=dice.normal(count),
        seller=dice.below(np.full(count, staff.sellers)),
        developer=dice.below(np.full(count, staff.developers)),
        marketer=dice.below(np.full(count, staff.marketers)),
        customer_since=np.where(is_customer, since, NEVER),
        created=created,
        in_crm_from_start=(is_customer | dice.chance(0.72, count)).astype(np.int64),
    )


def make_people(settings: Settings, companies: Companies, block: int, number_from: int) -> People:
    """Return the buying groups of the companies."""
    dice = Dice(settings.seed, "people", block)
    rows = settings.world["people"]
    means = np.array([row["group_mean"] for row in settings.world["segments"]], dtype=np.float64)
    size = 1 + dice.poisson(means[companies.segment], len(companies))
    first = np.cumsum(size) - size
    count = int(size.sum())
    role = dice.pick(shares(rows), count)
    titles = np.array([len(row["titles"]) for row in rows], dtype=np.int64)
    weights = np.array([row["weight"] for row in rows], dtype=np.float64)[role]
    # Interest is uneven: some of a group do most of the clicking.
    eagerness = dice.uniform(count)
    mailbox = dice.pick([settings.world["mailboxes"][name] for name in MAILBOXES], count)
    return People(
        number=np.arange(number_from, number_from + count, dtype=np.int64),
        company=np.repeat(np.arange(len(companies), dtype=np.int64), size),
        first=first,
        size=size,
        role=role,
        title=dice.below(titles[role]),
        mailbox=mailbox,
        edges=np.cumsum(weights * (0.05 + eagerness * eagerness * eagerness)),
    )
