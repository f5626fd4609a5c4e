"""Attribution models as rows: which milestone earns which share."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from touchstone.errors import UserError

BETWEEN = "between"
# The touches a share can be given to, and `between`: all touches on which no milestone of the model
# falls.
MILESTONES = (
    "first_touch",
    "lead_creation",
    "opportunity_creation",
    "closed_won",
    "last_touch",
    "last_non_direct",
    "primary_campaign",
    BETWEEN,
)

Redistribution = Literal["proportional", "even"]


@dataclass(frozen=True)
class Definition:
    """One attribution model: the share of each milestone, or a half-life.

    `shares` maps names of `MILESTONES` to fractions of 1 that add up to exactly 1; text such as
    "0.225" is read exactly, floats are refused. A share of 0 is the same as no row. With
    `half_life_days` or `half_life_hours` the model is time decay, a touch loses half its weight in
    that many days or hours, and there are no shares.
    """

    name: str
    shares: Mapping[str, Fraction | str | int]
    half_life_days: int | None = None
    half_life_hours: int | None = None

    def __post_init__(self) -> None:
        """Read the shares exactly; raise UserError when they are no definition."""
        exact = {key: _exact(self.name, key, value) for key, value in self.shares.items()}
        for milestone, share in exact.items():
            if milestone not in MILESTONES:
                raise UserError(
                    f"attribution model {self.name}: there is no milestone {milestone!r}; "
                    f"it is one of {', '.join(MILESTONES)}"
                )
            if share < 0:
                raise UserError(
                    f"attribution model {self.name}: the share of {milestone} is below 0"
                )
        if self.half_life_days is not None and self.half_life_hours is not None:
            raise UserError(
                f"attribution model {self.name}: it has a half-life in days and one in hours"
            )
        if self.half_life is not None:
            if exact:
                raise UserError(
                    f"attribution model {self.name}: it has both a half-life and weights"
                )
            if self.half_life <= 0:
                raise UserError(
                    f"attribution model {self.name}: the half-life is not above 0 {self.unit}"
                )
        elif sum(exact.values()) != 1:
            raise UserError(
                f"attribution model {self.name}: its weights add up to "
                f"{float(sum(exact.values()))}, not to 1"
            )
        object.__setattr__(self, "shares", {key: share for key, share in exact.items() if share})

    @property
    def half_life(self) -> int | None:
        """In how much time a touch loses half its weight, in `unit`; None: not by age."""
        return self.half_life_hours if self.half_life_days is None else self.half_life_days

    @property
    def unit(self) -> Literal["days", "hours"]:
        """What ages are counted in."""
        return "days" if self.half_life_hours is None else "hours"

    @property
    def anchors(self) -> dict[str, Fraction]:
        """The share of each milestone proper, without `between`."""
        return {key: Fraction(share) for key, share in self.shares.items() if key != BETWEEN}

    @property
    def between(self) -> Fraction:
        """The share that the touches without a milestone divide among them."""
        return Fraction(self.shares.get(BETWEEN, 0))


def read_definitions(folder: Path) -> dict[str, Definition]:
    """Read all models of `attribution_models.csv` and `attribution_weights.csv` in a folder.

    These are the seeds that the SQL is compiled from. Raises UserError when a model has no weights
    and no half-life, when weights name an unknown model, or when they do not add up to 1.
    """
    shares: dict[str, dict[str, Fraction | str | int]] = {}
    for row in _rows(folder / "attribution_weights.csv"):
        of_model = shares.setdefault(row["attribution_model"], {})
        if row["milestone"] in of_model:
            raise UserError(
                f"{folder / 'attribution_weights.csv'}: {row['attribution_model']} has two "
                f"weights for {row['milestone']}; keep one"
            )
        of_model[row["milestone"]] = row["weight"]
    half_lives = {
        row["attribution_model"]: [
            int(row[f"half_life_{unit}"]) if row.get(f"half_life_{unit}") else None
            for unit in ("days", "hours")
        ]
        for row in _rows(folder / "attribution_models.csv")
    }
    for name in shares:
        if name not in half_lives:
            raise UserError(
                f"{folder / 'attribution_weights.csv'}: weights of {name}, which is not in "
                "attribution_models.csv; add its row there"
            )
    return {
        name: Definition(name, shares.get(name, {}), *half_life)
        for name, half_life in half_lives.items()
    }


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _exact(name: str, milestone: str, value: Fraction | str | int) -> Fraction:
    if isinstance(value, float):
        raise UserError(
            f"attribution model {name}: give the share of {milestone} as text or Fraction, "
            "not as a float"
        )
    try:
        return Fraction(value)
    except ValueError as error:
        raise UserError(
            f"attribution model {name}: the share of {milestone} is {value!r}, not a number"
        ) from error
