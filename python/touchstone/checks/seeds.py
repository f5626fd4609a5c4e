"""Reading a definition as it stands in the project, built or not."""

import csv
from pathlib import Path


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a seed."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
