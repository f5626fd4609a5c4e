"""Cause and effect: who is exposed to which channel, is in the market, opens a deal, wins it.

The only module that decides deals. A run with one channel switched off uses the same dice (common
random numbers), so the difference between two runs is the effect of the channel, nothing else.
"""

from dataclasses import dataclass

import numpy as np

from touchstone.sample.columns import DAY, NEVER
from touchstone.sample.dice import Bools, Dice, Floats, Ints, exp, logistic
from touchstone.sample.parameters import Channel, Settings
from touchstone.sample.plan import WEEK, Plan
from touchstone.sample.population import Companies, Staff

INTENT_STEPS, INTENT_LIMIT = 64, 64 * 8
DEALS_AT_MOST = 8  # new-business deals of one account
MONTH_FACTORS = np.array(
    [1.0, 1.0, 1.05, 1.0, 1.0, 1.0, 0.95, 0.8, 1.05, 1.05, 1.0, 0.85]
)  # spec 8.1


@dataclass(frozen=True)
class Demand:
    """What happened to the companies of a block."""

    exposed: dict[str, Bools]  # channel -> week x company
    intent: Floats  # week x company
    deal_company: Ints
    deal_week: Ints
    deal_turn: Ints  # 0 for the first deal of a company
    deal_won: Bools  # would win when it closes
    deal_cycle: Ints  # days from creation to close
    hazard: Floats  # week x company: chance to open a deal, when free to
    win_chance: Floats  # week x company: chance to win a deal opened then
    is_free: Bools  # week x company: neither a customer nor with an open deal


def simulate(
    settings: Settings, staff: Staff, plan: Plan, companies: Companies, block: int
) -> Demand:
    """Return exposures, intent and deals."""
    intent = _intent(settings, companies, block)
    exposed: dict[str, Bools] = {}
    for channel in by_dependence(settings):
        boost = _boost(settings, exposed, channel)
        exposed[channel.name] = _exposures(settings, plan, companies, intent, block, channel, boost)
    return _deals(settings, staff, companies, intent, exposed, block)


def without(
    settings: Settings,
    staff: Staff,
    plan: Plan,
    companies: Companies,
    block: int,
    full: Demand,
    off: str,
) -> Demand:
    """Return what had happened if one channel had reached nobody, all else being equal."""
    exposed = {**full.exposed, off: np.zeros_like(full.exposed[off])}
    for channel in by_dependence(settings):
        helpers = [other.name for other in settings.channels if channel.name in dict(other.helps)]
        if off in helpers:
            boost = _boost(settings, exposed, channel)
            exposed[channel.name] = _exposures(
                settings, plan, companies, full.intent, block, channel, boost
            )
    return _deals(settings, staff, companies, full.intent, exposed, block)


def by_dependence(settings: Settings) -> list[Channel]:
    """Return the channels, those first that help others."""
    return sorted(settings.channels, key=lambda channel: not channel.helps)


def _boost(settings: Settings, exposed: dict[str, Bools], channel: Channel) -> Floats | None:
    """Return the factor by which exposure to other channels raises the rate of this one."""
    boost: Floats | None = None
    for other in settings.channels:
        for helped, strength in other.helps:
            if helped == channel.name:
                factor = 1.0 + strength * _stock(exposed[other.name], other.memory)
                boost = factor if boost is None else boost * factor
    return boost


def _push(settings: Settings, exposed: dict[str, Bools]) -> Floats:
    """Return what all exposure adds to the logit of opening a deal; more of the same adds less."""
    push: Floats = np.zeros(next(iter(exposed.values())).shape)
    for channel in settings.channels:
        if channel.effect:
            stock = _stock(exposed[channel.name], channel.memory)
            push += channel.effect * stock / (1.0 + 0.4 * stock)
    return push


def _intent(settings: Settings, companies: Companies, block: int) -> Floats:
    dice = Dice(settings.seed, "intent", block)
    row = settings.world["intent"]
    count, weeks = len(companies), settings.weeks
    level = np.empty((weeks, count))
    now = dice.normal(count) * 0.5
    spell_left = np.zeros(count, dtype=np.int64)
    for week in range(weeks):
        now = now * row["memory"] + dice.normal(count) * row["noise"]
        starts = dice.chance(row["spell_chance"], count)
        spell_left = np.where(starts, row["spell_weeks"], np.maximum(spell_left - 1, 0))
        level[week] = now + np.where(spell_left > 0, row["spell_height"], 0.0)
    # in steps of 1/64, so that functions of it are read from a table
    return np.clip(np.rint(level * INTENT_STEPS), -INTENT_LIMIT, INTENT_LIMIT) / INTENT_STEPS


def of_intent(factor: float, intent: Floats) -> Floats:
    """Return exp(factor x intent)."""
    steps = np.arange(-INTENT_LIMIT, INTENT_LIMIT + 1) / INTENT_STEPS
    place = (intent * INTENT_STEPS).astype(np.int64) + INTENT_LIMIT
    return np.take(exp(factor * steps), place)


def _exposures(
    settings: Settings,
    plan: Plan,
    companies: Companies,
    intent: Floats,
    block: int,
    channel: Channel,
    boost: Floats | None,
) -> Bools:
    """Return who is exposed when; the rate follows fit (targeting) and intent (capture)."""
    dice = Dice(settings.seed, "exposure", channel.name, block)
    months = (np.arange(settings.weeks) * 12 // 52) % 12
    by_week = channel.rate * plan.running[channel.name] * MONTH_FACTORS[months]
    rate = of_intent(channel.by_intent, intent)
    rate *= exp(channel.by_fit * companies.fit)[None, :]
    rate *= by_week[:, None]
    if boost is not None:
        rate *= boost
    seen: Bools = dice.uniform(settings.weeks, len(companies)) < np.minimum(rate, 0.6)
    return seen


def _stock(seen: Bools, memory: float) -> Floats:
    """Return what is left of the exposure of the weeks before (never of the same week)."""
    stock = np.zeros(seen.shape)
    for week in range(1, len(seen)):
        stock[week] = (stock[week - 1] + seen[week - 1]) * memory
    return stock


def _deals(
    settings: Settings,
    staff: Staff,
    companies: Companies,
    intent: Floats,
    exposed: dict[str, Bools],
    block: int,
) -> Demand:
    dice = Dice(settings.seed, "deals", block)
    row = settings.world["deals"]
    count, weeks = len(companies), settings.weeks
    base = row["base"] + row["by_fit"] * companies.fit
    hazard = logistic(base[None, :] + row["by_intent"] * intent + _push(settings, exposed))
    opens = dice.uniform(weeks, count) < hazard
    factor = np.array([segment["cycle_factor"] for segment in settings.world["segments"]])
    cycles = (
        row["cycle_median_days"]
        * factor[companies.segment][:, None]
        * exp(row["cycle_sigma"] * dice.normal(count, DEALS_AT_MOST))
    )
    cycle_days = np.clip(cycles, 4.0, 900.0).astype(np.int64)
    luck = dice.uniform(count, DEALS_AT_MOST)
    skill = (
        staff.seller_effect[companies.seller]
        + staff.developer_effect[companies.developer]
        + staff.marketer_effect[companies.marketer]
        + staff.pair_effect[companies.marketer, companies.developer]
    )
    win_base = row["win_base"] + row["win_by_fit"] * companies.fit + skill

    free_from = np.where(companies.customer_since < NEVER, weeks, 0)
    turn = np.zeros(count, dtype=np.int64)
    found: list[tuple[Ints, int, Ints, Bools, Ints]] = []
    win_chance = logistic(win_base[None, :] + row["win_by_intent"] * intent)
    was_free = np.zeros((weeks, count), dtype=bool)
    for week in range(weeks):
        is_free = (free_from <= week) & (turn < DEALS_AT_MOST)
        was_free[week] = is_free
        who = np.nonzero(is_free & opens[week])[0]
        if not len(who):
            continue
        which = turn[who]
        won = luck[who, which] < win_chance[week, who]
        length = cycle_days[who, which]
        found.append((who, week, which, won, length))
        pause = length // 7 + 1 + row["pause_weeks_after_loss"]
        free_from[who] = np.where(won, weeks, week + pause)
        turn[who] += 1
    empty = np.zeros(0, dtype=np.int64)
    return Demand(
        exposed=exposed,
        intent=intent,
        deal_company=np.concatenate([empty, *[part[0] for part in found]]),
        deal_week=np.concatenate([empty, *[np.full(len(part[0]), part[1]) for part in found]]),
        deal_turn=np.concatenate([empty, *[part[2] for part in found]]),
        deal_won=np.concatenate([empty.astype(bool), *[part[3] for part in found]]),
        deal_cycle=np.concatenate([empty, *[part[4] for part in found]]),
        hazard=hazard,
        win_chance=win_chance,
        is_free=was_free,
    )


def week_start(settings: Settings, week: Ints) -> Ints:
    """Return midnight of the Monday of each week."""
    return settings.start + week * WEEK


def office_times(settings: Settings, dice: Dice, week: Ints) -> Ints:
    """Return a time on a working day of each week, 07:00 to 18:00 UTC."""
    count = len(week)
    return (
        week_start(settings, week)
        + dice.between(0, 4, count) * DAY
        + dice.between(25_200, 64_799, count)
    )
