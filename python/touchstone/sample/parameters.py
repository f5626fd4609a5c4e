"""The parameters of the world (world.yml), as typed values."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from touchstone.sample.columns import DAY

WORLD_FILE = Path(__file__).with_name("world.yml")
EPOCH = date(1970, 1, 1)
BASE_ACCOUNTS = 600  # costs in world.yml are for a company of this many accounts
BLOCK_ACCOUNTS = 20_000  # accounts generated at a time; bounds the memory
MOST_ACCOUNTS = 99 * BLOCK_ACCOUNTS  # beyond, the numbers that ids are made of would meet


@dataclass(frozen=True)
class Channel:
    """One channel: how often it reaches an account, and what that does."""

    name: str
    kind: str
    rate: float
    by_fit: float
    by_intent: float
    effect: float
    memory: float
    source: str
    campaign_type: str = ""
    platform: str = ""
    brand: bool = False
    form: float = 0.0
    helps: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Settings:
    """One run: how large a world, how long, from which seed."""

    accounts: int
    months: int
    seed: int
    world: dict[str, Any]
    channels: tuple[Channel, ...]
    returns: float = 0.0  # mean return visits after a web visit

    @property
    def start(self) -> int:
        """Midnight of the first day, in seconds since 1970."""
        return seconds(self.world["calendar"]["first_day"])

    @property
    def end(self) -> int:
        """Midnight after the last day: the first of a month, `months` after the first day's."""
        first: date = self.world["calendar"]["first_day"]
        month = first.year * 12 + first.month - 1 + self.months
        return seconds(date(month // 12, month % 12 + 1, 1))

    @property
    def weeks(self) -> int:
        """Weeks of the run; the last one may be cut by the end."""
        return -(-(self.end - self.start) // (7 * DAY))

    @property
    def scale(self) -> float:
        """Size of the company against the one whose costs are in world.yml."""
        return self.accounts / BASE_ACCOUNTS

    def channel_number(self, name: str) -> int:
        """Return the position of a channel."""
        return [channel.name for channel in self.channels].index(name)


@cache
def read_world() -> dict[str, Any]:
    """Return world.yml."""
    world: dict[str, Any] = yaml.safe_load(WORLD_FILE.read_text(encoding="utf-8"))
    return world


def settings_of(accounts: int, months: int, seed: int, *, returns: float = 0.0) -> Settings:
    """Return the settings of one run."""
    world = read_world()
    channels = tuple(
        Channel(name=name, **{**row, "helps": tuple(row.get("helps", {}).items())})
        for name, row in world["channels"].items()
    )
    return Settings(accounts, months, seed, world, channels, returns)


def seconds(day: date) -> int:
    """Return the seconds from 1970 to a day."""
    return (day - EPOCH).days * DAY


def day_of(time: int) -> date:
    """Return the day of a time."""
    return date.fromordinal(EPOCH.toordinal() + time // DAY)


def shares(rows: list[dict[str, Any]]) -> list[float]:
    """Return the `share` of each row."""
    return [float(row["share"]) for row in rows]


def touches_per_account() -> float:
    """Return the raw touchpoints of an account of a company with traffic, on average."""
    return float(read_world()["traffic"]["touches_per_account"])
