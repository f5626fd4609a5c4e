"""Exposures become touches: a person, a time, a campaign, and whether the person is known by it."""

from dataclasses import dataclass

import numpy as np

from touchstone.sample.columns import DAY
from touchstone.sample.demand import Demand, office_times
from touchstone.sample.dice import Bools, Dice, Ints
from touchstone.sample.parameters import Channel, Settings
from touchstone.sample.plan import WEEK, Plan
from touchstone.sample.population import Companies, People

UPLOADED = ("trade_show", "field_event", "executive_dinner", "content_syndication")


@dataclass(frozen=True)
class Touches:
    """Touches sorted by person and time."""

    person: Ints
    company: Ints
    channel: Ints
    time: Ints
    seen: Ints  # when the CRM learns of it: lists are uploaded days after an event
    pick: Ints  # campaign in the plan (of web channels with a platform: the ad campaign), -1 none
    is_form: Bools
    is_response: Bools
    is_sales: Bools

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.person)

    def take(self, rows: Bools | Ints) -> "Touches":
        """Return some of the touches."""
        return Touches(*[getattr(self, name)[rows] for name in self.__dataclass_fields__])


def make_touches(
    settings: Settings, plan: Plan, companies: Companies, people: People, demand: Demand, block: int
) -> Touches:
    """Return every touch of the block's companies, by all channels."""
    parts = [
        _of_channel(settings, plan, companies, people, demand, block, number, channel)
        for number, channel in enumerate(settings.channels)
    ]
    touches = Touches(
        *[
            np.concatenate([getattr(part, name) for part in parts])
            for name in Touches.__dataclass_fields__
        ]
    )
    touches = touches.take(touches.seen < settings.end)
    return touches.take(np.lexsort((touches.channel, touches.seen, touches.person)))


def _of_channel(
    settings: Settings,
    plan: Plan,
    companies: Companies,
    people: People,
    demand: Demand,
    block: int,
    number: int,
    channel: Channel,
) -> Touches:
    dice = Dice(settings.seed, "touches", channel.name, block)
    week, company = np.nonzero(demand.exposed[channel.name])
    count = len(company)
    pick = _campaigns(settings, plan, companies, dice, channel, company, week)
    time = _times(settings, plan, dice, channel, week, pick)
    eager = 1.0 + 0.5 * np.clip(demand.intent[week, company], 0.0, 3.0)
    is_form = dice.chance(channel.form * eager, count)
    if channel.name in UPLOADED:
        seen = (time // DAY + dice.between(1, 4, count)) * DAY + dice.between(28_800, 36_000, count)
    else:
        seen = time + dice.between(60, 1500, count)
    return Touches(
        person=people.draw(dice, company),
        company=company,
        channel=np.full(count, number),
        time=time,
        seen=seen,
        pick=pick,
        is_form=is_form,
        is_response=np.full(count, channel.kind == "response"),
        is_sales=np.full(count, channel.kind == "sales"),
    )


def _campaigns(
    settings: Settings,
    plan: Plan,
    companies: Companies,
    dice: Dice,
    channel: Channel,
    company: Ints,
    week: Ints,
) -> Ints:
    """Return one of the campaigns running in the week; of ads one of the company's region."""
    regions = [row["region"] for row in settings.world["countries"]]
    home = np.array([region == "EU" for region in regions])[companies.country[company]]
    draw = dice.uniform(len(week))
    picked = np.full(len(week), -1, dtype=np.int64)
    for is_eu in (False, True) if channel.platform else (None,):
        lists = [
            [at for at in row if is_eu is None or (plan.ads[at].region == "EU") == is_eu]
            for row in plan.choices[channel.name]
        ]
        counts = np.array([len(row) for row in lists], dtype=np.int64)
        table = np.full((len(lists), max(1, counts.max())), -1, dtype=np.int64)
        for at, row in enumerate(lists):
            table[at, : len(row)] = row
        chosen = table[week, (draw * np.maximum(counts[week], 1)).astype(np.int64)]
        picked = chosen if is_eu is None else np.where(home == is_eu, chosen, picked)
    return picked


def _times(
    settings: Settings, plan: Plan, dice: Dice, channel: Channel, week: Ints, pick: Ints
) -> Ints:
    """Return when the touch happened: within its week, and within the days of a short campaign."""
    count = len(week)
    if channel.kind == "web":
        # visitors come on all days, two thirds of them in office hours
        day = settings.start + week * WEEK + dice.between(0, 6, count) * DAY
        hours = np.where(
            dice.chance(0.67, count),
            dice.between(28_800, 64_800, count),
            dice.between(0, 86_399, count),
        )
        return day + hours
    time = office_times(settings, dice, week)
    if channel.kind == "response" and plan.campaigns and count:
        starts = np.array([campaign.start for campaign in plan.campaigns], dtype=np.int64)[pick]
        ends = np.array([campaign.end for campaign in plan.campaigns], dtype=np.int64)[pick]
        length = (ends - starts) // DAY + 1
        in_campaign = starts + dice.below(length) * DAY + time % DAY
        time = np.where(
            length <= 3, in_campaign, np.clip(time, starts + time % DAY, ends + time % DAY)
        )
    return time
