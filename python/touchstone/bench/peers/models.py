"""The shipped rule models as every peer here computes them: with floats, in proportion.

The weight of a touch is the sum of the shares of the milestones that stand on it; the touches
without one divide the share of `between`; all of it over the sum for the deal, which gives the
share of what is absent to the rest. A deal without any milestone is shared out evenly.
"""

from dataclasses import dataclass
from pathlib import Path

from touchstone.credit.definitions import Definition, read_definitions

SCOPES = {"pipeline": "is_before_creation", "revenue": "is_before_close"}
POSITIONS_ONLY = ("first_touch", "last_touch")  # what a path alone can tell


@dataclass(frozen=True)
class Model:
    """A rule model in floats."""

    name: str
    anchors: dict[str, float]
    between: float
    half_life_days: float | None

    @property
    def is_of_positions(self) -> bool:
        """Whether a path of touches is all that the model needs to know."""
        return self.half_life_days is None and all(name in POSITIONS_ONLY for name in self.anchors)


def read_models(project: Path) -> list[Model]:
    """Return the models that the project ships."""
    definitions = read_definitions(project / "seeds" / "definitions")
    return [
        Model(
            name,
            {milestone: float(share) for milestone, share in definition.anchors.items()},
            float(definition.between),
            _in_days(definition),
        )
        for name, definition in definitions.items()
    ]


def _in_days(definition: Definition) -> float | None:
    if definition.half_life is None:
        return None
    return definition.half_life / (1 if definition.unit == "days" else 24)
