"""Known shapes of files: which export a file is, and what it becomes.

A file of touchstone/shapes describes one tool: its files, by the names their columns go by, and
the tables they fill. In the tables a column is called by its name in the shape; `draft` puts the
name of the user's file in its place, and leaves out what the file does not have. Keys of a shape
beside those of a mapping:

  has, has_not   what a file must have (a list within: one of them), and headers it must not have
  named, only_if_named   what its name holds, which decides between alike, or must be so
  numbered       columns of which there is one for each of something, found by a pattern
  any, else      the first of these that the file has, or what stands in their place
  captured       what the pattern of a header caught: the EUR of Amount spent (EUR)
  matching, forms  of several ways to write a key, the one that is found in other files
  if, unless, needs  a part that is written only when files or columns are there, or are not
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from touchstone.load.contract import read_yaml

SHAPES = Path(__file__).resolve().parents[1] / "shapes"


@dataclass(frozen=True)
class FileShape:
    """One kind of file: the names of its columns, and which of them tell it from others."""

    role: str
    says: str
    has: tuple[tuple[str, ...], ...]
    has_not: tuple[str, ...]
    named: str
    only_if_named: bool
    columns: dict[str, tuple[str, ...]]
    numbered: dict[str, str]


@dataclass(frozen=True)
class Shape:
    """One tool: its files and the tables they become."""

    stem: str
    name: str
    order: str
    files: dict[str, FileShape]
    tables: dict[str, list[dict[str, Any]]]


@dataclass
class Match:
    """A file that has a known shape: what its columns are called."""

    shape: Shape
    file: FileShape
    headers: dict[str, str]
    captured: dict[str, str] = field(default_factory=dict)
    numbered: dict[str, list[tuple[str, dict[str, str]]]] = field(default_factory=dict)

    @property
    def score(self) -> int:
        """How many of its columns are known."""
        return len(self.headers) + sum(len(found) for found in self.numbered.values())


def folded(name: str) -> str:
    """Return a header without what exports write in different ways: case, blanks and signs.

    >>> folded("Created Date") == folded("CREATED_DATE")
    True
    """
    return re.sub(r"[\W_]+", "", name.lower())


def shape_names() -> list[str]:
    """Return the names by which `--mapping` knows the shapes."""
    return [path.stem for path in sorted(SHAPES.glob("*.yml")) if "_fivetran" not in path.stem]


def shapes_named(names: str) -> list[Shape]:
    """Return the shapes of one name or of several with commas; none when one is no shape.

    HubSpot's own exports and what Fivetran lands of it go by one name.
    """
    wanted = [name.strip() for name in names.split(",")]
    if not set(wanted) <= set(shape_names()):
        return []
    return [shape for shape in read_shapes() if shape.stem.removesuffix("_fivetran") in wanted]


@cache
def read_shapes() -> tuple[Shape, ...]:
    """Return all known shapes."""
    return tuple(_shape(path) for path in sorted(SHAPES.glob("*.yml")))


def _shape(path: Path) -> Shape:
    entry = read_yaml(path)
    files = {}
    for role, given in entry["files"].items():
        files[role] = FileShape(
            role=role,
            says=given["is"],
            has=tuple(
                tuple(one) if isinstance(one, list) else (one,) for one in given.get("has", [])
            ),
            has_not=tuple(folded(name) for name in given.get("has_not", [])),
            named=given.get("named", ""),
            only_if_named=bool(given.get("only_if_named")),
            columns={name: tuple(known) for name, known in given["columns"].items()},
            numbered=given.get("numbered", {}),
        )
    return Shape(path.stem, entry["name"], entry.get("order", ""), files, entry["tables"])


def match(header: Sequence[str], shapes: Iterable[Shape], name: str = "") -> Match | None:
    """Return what file a header belongs to: the known one that explains most of its columns.

    Args:
        header: the names of the columns.
        shapes: the known shapes.
        name: the name of the file, which decides between alike.
    """
    found: list[tuple[int, int, Match]] = []
    for shape in shapes:
        for file in shape.files.values():
            is_named = bool(file.named) and file.named in Path(name).name.lower()
            matched = _match(header, shape, file)
            if matched and (is_named or not file.only_if_named):
                found.append((matched.score + 3 * is_named, -len(found), matched))
    return max(found, key=lambda item: item[:2])[2] if found else None


def _match(header: Sequence[str], shape: Shape, file: FileShape) -> Match | None:
    by_folded: dict[str, str] = {}
    for column in header:
        by_folded.setdefault(folded(column), column)
    if any(name in by_folded for name in file.has_not):
        return None
    matched = Match(shape, file, {})
    for name, known in file.columns.items():
        for alias in known:
            if alias.startswith("/"):
                hit = _like(alias, header)
                if hit:
                    matched.headers[name] = hit[0][0]
                    matched.captured.update(hit[0][1])
                    break
            elif folded(alias) in by_folded:
                matched.headers[name] = by_folded[folded(alias)]
                break
    for name, pattern in file.numbered.items():
        matched.numbered[name] = _like(pattern, header)
    if not all(any(name in matched.headers for name in one) for one in file.has):
        return None
    return matched


def _like(pattern: str, header: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
    compiled = re.compile(pattern.strip("/"), re.IGNORECASE)
    hits = ((column, compiled.fullmatch(column.strip())) for column in header)
    return [
        (column, {name: value for name, value in hit.groupdict().items() if value})
        for column, hit in hits
        if hit
    ]
