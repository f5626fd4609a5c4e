"""CRM tables of deals: opportunities, changes, line items, contact roles, conversion rates."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from touchstone.sample import columns as col
from touchstone.sample.columns import DAY, NEVER
from touchstone.sample.crm_people import OUTBOUND, Columns, synced
from touchstone.sample.deals import NEW, TEST, TYPES, Deals, currency_digits, currency_of
from touchstone.sample.dice import Bools, Dice, Ints
from touchstone.sample.naming import company_names
from touchstone.sample.parameters import Settings, day_of, seconds
from touchstone.sample.plan import Plan
from touchstone.sample.population import Companies, People, Staff
from touchstone.sample.records import Records, people_of
from touchstone.sample.touches import Touches

STAGES = (
    "0-Pending Acceptance",
    "1-Discovery",
    "2-Evaluation",
    "3-Proposal",
    "4-Negotiation",
    "Closed Won",
    "Closed Lost",
)
WON, LOST = 5, 6
PROBABILITY = np.array([5, 15, 35, 60, 80, 100, 0], dtype=np.int64)
STAGE_PLACES = (0.0, 0.08, 0.30, 0.55, 0.80)
PRODUCTS = ("Platform", "Seats", "Onboarding", "Premium Support")
ROLES = (
    "Champion",
    "Business User",
    "Technical Evaluator",
    "Economic Buyer",
    "Executive Sponsor",
    "Procurement",
)


@dataclass(frozen=True)
class StageEvents:
    """Stage changes in order of deal and time; the first of a deal is its creation."""

    deal: Ints
    time: Ints
    stage: Ints


def stage_events(settings: Settings, deals: Deals, block: int) -> StageEvents:
    """Return the stage history that the CRM logged until the end of the data."""
    dice = Dice(settings.seed, "stages", block)
    row = settings.world["deals"]
    count = len(deals)
    way = deals.closed - deals.created
    last_stage = np.where(deals.is_won, 4, dice.pick([0.12, 0.30, 0.28, 0.18, 0.12], count))
    parts: list[tuple[Ints, Ints, Ints]] = []

    def add(rows: Bools, time: Ints, stage: int | Ints) -> None:
        where = np.nonzero(rows)[0]
        stages = np.broadcast_to(np.asarray(stage, dtype=np.int64), (count,))
        parts.append((where, time[where], stages[where]))

    everyone = np.ones(count, dtype=bool)
    starts_accepted = dice.chance(0.10, count) & (last_stage >= 1)
    add(everyone, deals.created, np.where(starts_accepted, 1, 0))
    previous = deals.created
    for stage in range(1, 5):
        place = STAGE_PLACES[stage] + (dice.uniform(count) - 0.5) * 0.12
        time = np.maximum(deals.created + (way * place).astype(np.int64), previous + 60)
        skipped = dice.chance(row["skipped_stages"], count) & (stage < last_stage)
        reached = (stage <= last_stage) & ~skipped & ~(starts_accepted & (stage == 1))
        add(reached & (time < deals.closed), time, stage)
        previous = np.where(reached, time, previous)
    back = dice.chance(row["backward_stages"], count) & (last_stage >= 3)
    add(back, deals.created + way * 70 // 100, 2)
    add(back, deals.created + way * 74 // 100, 3)
    reopened = dice.chance(row["reopened"], count) & deals.is_won & (way > 20 * DAY)
    add(reopened, deals.created + way * 88 // 100, LOST)
    add(reopened, deals.created + way * 93 // 100, 4)
    add(everyone, deals.closed, np.where(deals.is_won, WON, LOST))
    deal, time, reached_stage = (np.concatenate([part[at] for part in parts]) for at in range(3))
    happened = np.nonzero(time < settings.end)[0]
    order = happened[np.lexsort((reached_stage[happened], time[happened], deal[happened]))]
    deal, time, reached_stage = deal[order], time[order], reached_stage[order]
    repeated = (np.diff(deal, prepend=-1) == 0) & (np.diff(reached_stage, prepend=-1) == 0)
    deal, time, reached_stage = deal[~repeated], time[~repeated], reached_stage[~repeated]
    # F16: two changes saved within one second; their order is that of the ids
    together = (np.diff(deal, prepend=-1) == 0) & dice.chance(row["same_second"], len(deal))
    time = np.where(together, np.append(0, time[:-1])[: len(time)], time)
    return StageEvents(deal, time, reached_stage)


def close_dates(settings: Settings, deals: Deals, block: int) -> tuple[Ints, Ints]:
    """Return the close date first expected, and the one the deal shows at the end of the data."""
    dice = Dice(settings.seed, "close dates", block)
    expected = deals.created + dice.between(40, 150, len(deals)) * DAY
    pushed = settings.end + dice.between(5, 120, len(deals)) * DAY
    stale = dice.chance(
        settings.world["deals"]["stale_close_dates"], len(deals)
    )  # F12: an open deal whose close date has passed
    shown = np.where((expected > settings.end) | stale, expected, pushed)
    return expected, np.where(deals.closed < settings.end, deals.closed, shown)


def opportunities(
    settings: Settings,
    staff: Staff,
    plan: Plan,
    companies: Companies,
    deals: Deals,
    number: Ints,
    events: StageEvents,
    records: Records,
    known: Touches,
    person_sources: tuple[list[str], Ints],
    block: int,
) -> Columns:
    """Return the deals as the CRM shows them at the end of the data."""
    dice = Dice(settings.seed, "opportunities", block)
    count = len(deals)
    stage = np.zeros(count, dtype=np.int64)
    stage[events.deal] = events.stage
    is_closed = stage >= WON
    currency = currency_of(settings, companies)[deals.company]
    kind = col.text(TYPES, deals.kind)
    name = col.join(company_names(companies.number[deals.company]), ": ", kind)
    name = col.replace(name, deals.kind == TEST, "TEST do not use")
    developer = np.where(
        (deals.kind == NEW) & ~dice.chance(0.08, count),
        staff.developer_user(companies.developer[deals.company]),
        -1,
    )
    sources, campaign = _origins(settings, plan, deals, records, known, person_sources, dice)
    return {
        "id": col.sf_ids("opportunity", number),
        "account_id": col.sf_ids("account", companies.number[deals.company]),
        "name": name,
        "amount": money(settings, deals.amount, currency),
        "currency_iso_code": col.text(["USD", *settings.world["currencies"]], currency),
        "stage_name": col.text(STAGES, stage),
        "probability": col.decimals(PROBABILITY[stage], 0),
        "type": kind,
        "lead_source": sources,
        "campaign_id": col.sf_ids("campaign", campaign),
        "owner_id": col.sf_ids("user", companies.seller[deals.company]),
        "sdr_id": col.sf_ids("user", developer),
        "close_date": col.days(close_dates(settings, deals, block)[1]),
        "created_date": col.stamps(deals.created),
        "is_closed": col.truth(is_closed),
        "is_won": col.truth(stage == WON),
        "is_deleted": col.truth(np.zeros(count, dtype=bool)),
        "_fivetran_synced": synced(settings, count),
    }


def money(settings: Settings, minor: Ints, currency: Ints, missing: Bools | None = None) -> Any:
    """Return amounts of minor units as decimals."""
    hundredths = minor * np.where(currency_digits(settings)[currency] == 0, 100, 1)
    return col.decimals(hundredths, 2, missing)


def _origins(
    settings: Settings,
    plan: Plan,
    deals: Deals,
    records: Records,
    known: Touches,
    person_sources: tuple[list[str], Ints],
    dice: Dice,
) -> tuple[Any, Ints]:
    """Return the lead source and the primary campaign that sales wrote on each deal."""
    words = [*person_sources[0], "Existing Customer"]
    count, first = len(deals), len(records.deal_person)
    source = np.full(count, len(words) - 1, dtype=np.int64)
    inbound = records.deal_touch >= 0
    source[:first] = np.where(
        inbound, person_sources[1][records.deal_person], words.index(OUTBOUND)
    )
    source = np.where(dice.chance(0.05, count) | (deals.kind == TEST), -1, source)
    mirrors = np.array([ad.campaign for ad in plan.ads] or [-1], dtype=np.int64)
    campaign = np.full(count, -1, dtype=np.int64)
    if len(known):
        touch = np.maximum(records.deal_touch, 0)
        pick = known.pick[touch]
        has_ad = np.array([bool(channel.platform) for channel in settings.channels])[
            known.channel[touch]
        ]
        found = np.where(has_ad, mirrors[np.clip(pick, 0, len(mirrors) - 1)], pick)
        campaign[:first] = np.where(inbound & (pick >= 0), found, -1)
    return col.text(words, source), np.where(dice.chance(0.2, count), -1, campaign)


def opportunity_changes(
    settings: Settings,
    companies: Companies,
    deals: Deals,
    number: Ints,
    events: StageEvents,
    number_from: int,
    block: int,
) -> Columns:
    """Return a row per stage change; the amount is an estimate until the proposal."""
    dice = Dice(settings.seed, "opportunity changes", block)
    count = len(events.deal)
    deal = events.deal
    expected, shown = close_dates(settings, deals, block)
    estimate = deals.amount * dice.between(70, 125, len(deals)) // 100 // 5000 * 5000
    unknown = (estimate == 0) | dice.chance(0.3, len(deals))
    is_early = events.stage < 3
    amount = np.where(is_early, estimate[deal], deals.amount[deal])
    is_last = np.diff(deal, append=-1) != 0
    missing = is_early & unknown[deal] & ~is_last
    amount = np.where(is_last, deals.amount[deal], amount)
    order = np.lexsort((events.stage, deal, events.time))
    currency = currency_of(settings, companies)[deals.company[deal]]
    return {
        "id": col.sf_ids("opportunity_change", number_from + np.arange(count)),
        "opportunity_id": col.sf_ids("opportunity", number[deal[order]]),
        "stage_name": col.text(STAGES, events.stage[order]),
        "amount": money(settings, amount[order], currency[order], missing[order]),
        "close_date": col.days(np.where(is_last, shown[deal], expected[deal])[order]),
        "probability": col.decimals(PROBABILITY[events.stage[order]], 0),
        "created_date": col.stamps(events.time[order]),
        "is_deleted": col.truth(np.zeros(count, dtype=bool)),
    }


def line_items(
    settings: Settings,
    companies: Companies,
    deals: Deals,
    number: Ints,
    number_from: int,
    block: int,
) -> Columns:
    """Return the products of some deals; their prices add up to the amount of the deal."""
    dice = Dice(settings.seed, "line items", block)
    chosen = np.nonzero(
        dice.chance(settings.world["deals"]["with_line_items"], len(deals)) & (deals.amount > 1000)
    )[0]
    items = dice.between(1, 3, len(chosen))
    deal = np.repeat(chosen, items)
    place = np.arange(len(deal)) - np.repeat(np.cumsum(items) - items, items)
    total_items = np.repeat(items, items)
    part = deals.amount[deal] * 30 // 100
    first = deals.amount[deal] - part * (total_items - 1)
    total = np.where(place == 0, first, part)
    quantity = np.where(place == 1, 10, 1)
    currency = currency_of(settings, companies)[deals.company[deal]]
    whole_minor = np.where(currency_digits(settings)[currency] == 0, 100, 1)
    count = len(deal)
    return {
        "id": col.sf_ids("line_item", number_from + np.arange(count)),
        "opportunity_id": col.sf_ids("opportunity", number[deal]),
        "name": col.text(PRODUCTS, place),
        "quantity": col.decimals(quantity, 0),
        "unit_price": col.decimals(total * whole_minor * 100 // quantity, 4),
        "total_price": col.decimals(total * whole_minor, 2, (quantity == 1) & (deal % 9 == 0)),
        "created_date": col.stamps(np.minimum(deals.created[deal] + 3600, settings.end - 1)),
        "is_deleted": col.truth(np.zeros(count, dtype=bool)),
        "_fivetran_synced": synced(settings, count),
    }


def contact_roles(
    settings: Settings,
    people: People,
    deals: Deals,
    number: Ints,
    records: Records,
    number_from: int,
    block: int,
) -> Columns:
    """Return who plays which part: first the person a deal began with; some deals have none."""
    dice = Dice(settings.seed, "contact roles", block)
    has_roles = ~dice.chance(settings.world["deals"]["without_contact_roles"], len(deals))
    chosen = np.nonzero(has_roles & (deals.kind != TEST))[0]
    person, of_row = people_of(people, deals.company[chosen])
    deal = chosen[of_row]
    main = np.full(len(deals), -1, dtype=np.int64)
    main[: len(records.deal_person)] = records.deal_person
    is_main = main[deal] == person
    added = np.maximum(records.contact_created[person], deals.created[deal]) + 300
    joins = is_main | dice.chance(0.55, len(person))
    joins &= records.contact_created[person] < np.minimum(
        deals.created[deal] + 30 * DAY, settings.end
    )
    joins &= added < np.minimum(
        settings.end, np.maximum(deals.closed[deal], deals.created[deal] + DAY)
    )
    person, deal, is_main, added = person[joins], deal[joins], is_main[joins], added[joins]
    count = len(person)
    return {
        "id": col.sf_ids("contact_role", number_from + np.arange(count)),
        "opportunity_id": col.sf_ids("opportunity", number[deal]),
        "contact_id": col.sf_ids("contact", people.number[person]),
        "role": col.text(ROLES, np.where(dice.chance(0.1, count), -1, people.role[person])),
        "is_primary": col.truth(is_main),
        "created_date": col.stamps(added),
        "is_deleted": col.truth(np.zeros(count, dtype=bool)),
    }


def conversion_rates(settings: Settings) -> Columns:
    """Return monthly rates from a year before the data to its end; the last one is open."""
    dice = Dice(settings.seed, "conversion rates")
    first = day_of(settings.start)
    months = 12 + settings.months
    opening = [first.year * 12 + first.month - 1 - 12 + month for month in range(months)]
    starts = np.array([seconds(date(month // 12, month % 12 + 1, 1)) for month in opening])
    codes, rates, begin, until = [], [], [], []
    for code, row in {"USD": {"start": 1.0, "change": 0.0}, **settings.world["currencies"]}.items():
        millionths = round(row["start"] * 1_000_000)
        for month in range(months):
            if code == "USD" and month:
                continue
            swing = (dice.uniform(1)[0] * 2 - 1) * row["change"] / 100
            millionths += int(millionths * swing)
            is_last = code == "USD" or month == months - 1
            codes.append(code)
            rates.append(millionths)
            begin.append(int(starts[month]))
            until.append(NEVER if is_last else int(starts[month + 1]))
    return {
        "id": col.sf_ids("conversion_rate", np.arange(len(codes))),
        "iso_code": pa.array(codes),
        "start_date": col.days(np.array(begin)),
        "next_start_date": col.days(np.array(until)),
        "conversion_rate": col.decimals(np.array(rates), 6, scale=9),
    }
