"""Settings of the check: `[tool.touchstone.diff]` in pyproject.toml."""

import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from touchstone.errors import UserError
from touchstone.metrics.values import CUTS, GRAINS

FILE = "pyproject.toml"
TABLE = "tool.touchstone.diff"


@dataclass(frozen=True)
class Allowance:
    """A movement that nobody has to agree to again.

    Attributes:
        metric: name, or a pattern such as cost_per_*.
        at_most_percent: of the value before.
        reason: one line of why.
        until: last day on which it is allowed; None: for good.
    """

    metric: str
    at_most_percent: float
    reason: str
    until: datetime.date | None = None

    def covers(self, metric: str, percent: float | None, today: datetime.date) -> bool:
        """Say whether a movement of a metric by so much is allowed."""
        is_valid = self.until is None or today <= self.until
        is_small = percent is not None and abs(percent) <= self.at_most_percent
        return is_valid and is_small and fnmatch(metric, self.metric)


@dataclass(frozen=True)
class Settings:
    """How a comparison is shown and judged.

    Attributes:
        grain: periods of the tables.
        by: dimensions shown beside the totals.
        rows: rows of a table before it is cut.
        named: moved deals, leads and touches that are named.
        threshold_percent: a movement up to this is told and fails nothing; locked periods aside.
        allow: movements that fail nothing.
    """

    grain: str = "quarter"
    by: tuple[str, ...] = ("channel",)
    rows: int = 20
    named: int = 3
    threshold_percent: float = 0.0
    allow: tuple[Allowance, ...] = ()


def read_settings(project: Path) -> Settings:
    """Read the settings of a project; the defaults where it states none."""
    path = project / FILE
    if not path.exists():
        return Settings()
    try:
        stated = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path} is not TOML: {error}") from error
    for name in TABLE.split("."):
        stated = stated.get(name, {})
    return settings_of(stated)


def settings_of(stated: Mapping[str, Any]) -> Settings:
    """Return settings from what a file states; UserError names what cannot be."""
    known = {one.name for one in fields(Settings)}
    for name in stated:
        if name not in known:
            raise UserError(f"[{TABLE}] in {FILE}: no setting {name!r}; there are {_list(known)}")
    values = dict(stated)
    _one_of("grain", values.get("grain", "quarter"), GRAINS)
    for cut in values.get("by", ()):
        _one_of("by", cut, CUTS)
    for name in ("rows", "named", "threshold_percent"):
        value = values.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise UserError(f"[{TABLE}] in {FILE}: {name} = {value!r}; write a number from 0")
    values["by"] = tuple(values.get("by", Settings.by))
    values["allow"] = tuple(_allowance(one) for one in values.get("allow", ()))
    return Settings(**values)


def _allowance(stated: object) -> Allowance:
    where = f"[{TABLE}] in {FILE}: allow"
    if not isinstance(stated, dict):
        raise UserError(f'{where} is a list of {{metric = "...", at_most_percent = ...}}')
    known = {one.name for one in fields(Allowance)}
    if unknown := stated.keys() - known:
        raise UserError(f"{where} has no {_list(unknown)}; there are {_list(known)}")
    if missing := {"metric", "at_most_percent", "reason"} - stated.keys():
        raise UserError(f"{where} needs {_list(missing)}")
    until = stated.get("until")
    if until is not None and not isinstance(until, datetime.date):
        try:
            until = datetime.date.fromisoformat(str(until))
        except ValueError as error:
            raise UserError(f"{where}: until = {until!r} is no day; write YYYY-MM-DD") from error
    percent = stated["at_most_percent"]
    if isinstance(percent, bool) or not isinstance(percent, int | float) or percent < 0:
        raise UserError(f"{where}: at_most_percent = {percent!r}; write a number from 0")
    return Allowance(str(stated["metric"]), float(percent), str(stated["reason"]), until)


def _one_of(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise UserError(f"[{TABLE}] in {FILE}: {name} = {value!r}; there are {', '.join(choices)}")


def _list(names: object) -> str:
    return ", ".join(sorted(str(name) for name in names))  # type: ignore[attr-defined]
