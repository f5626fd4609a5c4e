"""The parameters of the world (world.yml), as typed values."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from touchstone.errors import UserError
from touchstone.sample.columns import DAY

WORLD_FILE = Path(__file__).with_name("world.yml")
EPOCH = date(1970, 1, 1)
BASE_ACCOUNTS = 600  # costs in world.yml are for a company of this many accounts
BLOCK_ACCOUNTS = 20_000  # accounts generated at a time; bounds the memory
MOST_ACCOUNTS = 99 * BLOCK_ACCOUNTS  # beyond, the numbers that ids are made of would meet
EVERY_FAULT = frozenset(f"F{number:02d}" for number in range(1, 51))


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
    faults: frozenset[str] = EVERY_FAULT  # those that the company has

    def has(self, fault: str) -> bool:
        """Say whether the company has a fault."""
        return fault in self.faults

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


def usual_faults() -> frozenset[str]:
    """Return the faults of the sample that the project keeps."""
    return EVERY_FAULT - frozenset(read_world()["faults"]["rare"])


def faults_asked(text: str) -> frozenset[str]:
    """Return the faults of an option: all, usual, none, or ids such as F01,F22."""
    named = {"all": EVERY_FAULT, "usual": usual_faults(), "none": frozenset[str]()}
    if text in named:
        return named[text]
    asked = frozenset(word.strip().upper() for word in text.split(",") if word.strip())
    if not asked or asked - EVERY_FAULT:
        unknown = ", ".join(sorted(asked - EVERY_FAULT)) or text
        raise UserError(
            f"--faults {unknown}: no fault has this id; write all, usual, none, or ids such as "
            "F01,F22 (touchstone faults lists them)"
        )
    return asked


def settings_of(
    accounts: int,
    months: int,
    seed: int,
    *,
    returns: float = 0.0,
    faults: Iterable[str] | None = None,
) -> Settings:
    """Return the settings of one run; without `faults` those of the kept sample."""
    planted = usual_faults() if faults is None else frozenset(faults)
    world = _without(read_world(), EVERY_FAULT - planted)
    channels = tuple(
        Channel(name=name, **{**row, "helps": tuple(row.get("helps", {}).items())})
        for name, row in world["channels"].items()
    )
    return Settings(accounts, months, seed, world, channels, returns, planted)


def _without(world: dict[str, Any], faults: Iterable[str]) -> dict[str, Any]:
    """Return the world without what it has of some faults by itself."""
    cleaner = deepcopy(world)
    for fault in faults:
        for path, value in world["faults"]["without"].get(fault, {}).items():
            *parents, name = path.split(".")
            part = cleaner
            for parent in parents:
                part = part[parent]
            part[name] = value
    return cleaner


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
