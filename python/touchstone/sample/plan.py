"""The marketing plan: campaigns with their umbrellas, ad campaigns, who runs in which week."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from touchstone.sample.columns import DAY
from touchstone.sample.dice import Bools, Dice, Ints
from touchstone.sample.parameters import Settings, day_of, seconds

WEEK = 7 * DAY
QUARTER_DAYS = 91


@dataclass
class Campaign:
    """A campaign of the CRM; `parent` is a position in the plan, -1 for none."""

    name: str
    type: str
    offer: str
    utm: str
    start: int
    end: int  # the last day, inclusive
    cost: int  # whole USD
    written: str  # invoice | crm | budget | none
    parent: int
    region: str = ""
    platform: str = ""
    brand: bool = False
    is_dead: bool = False  # costs money, reaches nobody


@dataclass
class AdCampaign:
    """A campaign of an ad platform; `campaign` is its mirror in the CRM, -1 for none."""

    platform: str
    brand: bool
    region: str
    number: int
    name: str
    utm: str
    start: int
    end: int
    campaign: int


@dataclass(frozen=True)
class Plan:
    """All campaigns, and for each channel the campaigns a touch in a week can belong to."""

    campaigns: list[Campaign]
    ads: list[AdCampaign]
    running: dict[str, Bools]  # channel -> week -> does it reach anybody
    choices: dict[str, list[list[int]]]  # channel -> week -> campaigns (of web channels: ads)


def make_plan(settings: Settings) -> Plan:
    """Return the plan of the whole run."""
    dice = Dice(settings.seed, "plan")
    campaigns: list[Campaign] = []
    ads: list[AdCampaign] = []
    first_year, last_year = day_of(settings.start).year, day_of(settings.end - 1).year
    for year in range(first_year, last_year + 1):
        for kind, row in settings.world["campaigns"].items():
            campaigns.extend(_year_of(settings, dice, kind, row, year, len(campaigns)))
        _advertise(settings, year, campaigns, ads)
        campaigns.extend(_dead(settings, dice, year))
    running, choices = _calendar(settings, campaigns, ads)
    return Plan(campaigns, ads, running, choices)


def _year_of(
    settings: Settings, dice: Dice, kind: str, row: dict[str, Any], year: int, position: int
) -> list[Campaign]:
    """Return an umbrella and its campaigns of one type and year."""
    first, last = _year_bounds(settings, year)
    slug = kind.lower().replace(" ", "-")
    made = [Campaign(f"{year} {kind} Program", kind, "", "", first, last, 0, "none", -1)]
    step = 364 / row["per_year"]
    for turn in range(row["per_year"]):
        jitter = 0 if row["days"] > 20 else int(dice.uniform(1)[0] * step * 0.6)
        start = seconds_of_year(year) + (int(turn * step) + jitter) * DAY
        start -= (start // DAY + 3) % 7 * DAY  # back to a Monday: day 0 of 1970 was a Thursday
        start += (1 + turn % 3) * DAY if row["days"] <= 3 else 0
        end = start + (row["days"] - 1) * DAY
        factor = 0.7 + 0.6 * dice.uniform(1)[0]
        cost = int(row["cost"] * factor * settings.scale / 10) * 10
        written = list(row["written"])[int(dice.pick(list(row["written"].values()), 1)[0])]
        if first <= start and end <= last:
            made.append(
                Campaign(
                    name=f"{year} {kind} {turn + 1:02d}",
                    type=kind,
                    offer=f"{row['offer']} {1 + (turn + year) % 5}",
                    utm=f"{slug}-{year}-{turn + 1:02d}",
                    start=start,
                    end=end,
                    cost=cost,
                    written=written,
                    parent=position,
                )
            )
    return made if len(made) > 1 else []


def _advertise(
    settings: Settings, year: int, campaigns: list[Campaign], ads: list[AdCampaign]
) -> None:
    """Add the ad campaigns of a year, and their mirrors in the CRM: a few have none."""
    first, last = _year_bounds(settings, year)
    umbrella = len(campaigns)
    campaigns.append(
        Campaign(f"{year} Advertising Program", "Advertisement", "", "", first, last, 0, "none", -1)
    )
    for platform, brand in (
        ("linkedin_ads", False),
        ("google_ads", False),
        ("google_ads", True),
        ("facebook_ads", False),
    ):
        for region in ("US", "EU"):
            topic = "brand" if brand else "generic" if platform == "google_ads" else "awareness"
            number = len(ads)
            utm = f"{year}_{region.lower()}_{topic}_{platform.split('_')[0]}"
            is_known = not (region == "EU" and platform == "facebook_ads") and not (
                region == "EU" and platform == "linkedin_ads" and year % 2 == 0
            )
            if is_known:
                campaigns.append(
                    Campaign(
                        name=f"{year} {platform.split('_')[0].title()} {topic} {region}",
                        type="Advertisement",
                        offer="Product demo" if brand else "Buyer guide 1",
                        utm=utm,
                        start=first,
                        end=last,
                        cost=0,
                        written="none",
                        parent=umbrella,
                        region=region,
                        platform=platform,
                        brand=brand,
                    )
                )
            mirror = len(campaigns) - 1 if is_known else -1
            ads.append(AdCampaign(platform, brand, region, number, utm, utm, first, last, mirror))


def _dead(settings: Settings, dice: Dice, year: int) -> list[Campaign]:
    """Return two campaigns of a year that cost money and reach nobody."""
    first, last = _year_bounds(settings, year)
    made = []
    for turn, kind in enumerate(("Direct Mail", "Community")):
        start = first + int(dice.uniform(1)[0] * max(1, (last - first) // DAY - 40)) * DAY
        cost = int(2500 * settings.scale / 10) * 10
        made.append(
            Campaign(f"{year} {kind} trial", kind, "Trial mailing", f"trial-{year}-{turn + 1}",
                     start, start + 20 * DAY, cost, "invoice", -1, is_dead=True)
        )  # fmt: skip
    return made


def _calendar(
    settings: Settings, campaigns: list[Campaign], ads: list[AdCampaign]
) -> tuple[dict[str, Bools], dict[str, list[list[int]]]]:
    """Return who runs in which week."""
    running: dict[str, Bools] = {}
    choices: dict[str, list[list[int]]] = {}
    for channel in settings.channels:
        by_week: list[list[int]] = [[] for _ in range(settings.weeks)]
        if channel.platform:
            on = ad_weeks(settings, "google_brand" if channel.brand else channel.platform)
            for position, ad in enumerate(ads):
                if (ad.platform, ad.brand) == (channel.platform, channel.brand):
                    _mark(settings, by_week, position, ad.start, ad.end, on)
        elif channel.campaign_type:
            for position, campaign in enumerate(campaigns):
                if campaign.type == channel.campaign_type and campaign.parent >= 0:
                    _mark(settings, by_week, position, campaign.start, campaign.end, None)
        else:
            by_week = [[-1] for _ in range(settings.weeks)]
        choices[channel.name] = by_week
        running[channel.name] = np.array([bool(week) for week in by_week])
    return running, choices


def _mark(
    settings: Settings,
    by_week: list[list[int]],
    position: int,
    start: int,
    end: int,
    on: Bools | None,
) -> None:
    for week in range((start - settings.start) // WEEK, (end - settings.start) // WEEK + 1):
        if 0 <= week < len(by_week) and (on is None or on[week]):
            by_week[week].append(position)


def ad_weeks(settings: Settings, name: str) -> Bools:
    """Return in which weeks a platform's campaigns run: flights with pauses between."""
    row = settings.world["advertising"][name]
    cycle = row["weeks_on"] + row["weeks_off"]
    shift = list(settings.world["advertising"]).index(name)
    weeks: Ints = np.arange(settings.weeks, dtype=np.int64)
    on: Bools = (weeks + shift) % cycle < row["weeks_on"]
    return on


def seconds_of_year(year: int) -> int:
    """Return midnight of 1 January."""
    return seconds(day_of(0).replace(year=year))


def _year_bounds(settings: Settings, year: int) -> tuple[int, int]:
    """Return the first and the last day of a year within the run."""
    return (
        max(settings.start, seconds_of_year(year)),
        min(settings.end, seconds_of_year(year + 1)) - DAY,
    )
