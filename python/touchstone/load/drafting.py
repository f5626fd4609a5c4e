"""`touchstone load --draft` and `--mapping hubspot`: a draft written, tried and told."""

import sys
import tempfile
from pathlib import Path

from touchstone.errors import UserError
from touchstone.load.draft import Draft, draft
from touchstone.load.draft_text import Settings
from touchstone.load.loading import load
from touchstone.load.mapping import Mapping, listed, read_mapping
from touchstone.load.peek import files_of
from touchstone.load.shapes import shapes_named


def print_draft(folder: Path, project: Path, settings: Settings) -> int:
    """Print a drafted mapping; say beside it what is asked, and whether it loads as it is."""
    drafted = draft(folder, project, settings=settings)
    problem = _tried(drafted, folder, project)
    if problem and drafted.guessed:
        # what was only guessed is no reason for the rest not to load
        drafted = draft(folder, project, settings=settings, without_guesses=True)
        problem = _tried(drafted, folder, project)
    print(drafted.text, end="")
    for number, question in enumerate(drafted.questions, start=1):
        print(f"ASK {number}: {question}", file=sys.stderr)
    if not drafted.has_tables:
        print(
            "No file can be loaded as it is: touchstone load --template all prints a mapping "
            "to fill in.",
            file=sys.stderr,
        )
        return 1
    if problem:
        print(f"The draft does not load yet: {problem}", file=sys.stderr)
        return 1
    print(
        "The draft loads as it is; answer what is asked, then load with --check.", file=sys.stderr
    )
    return 0


def mapping_of_shape(
    name: str, folder: Path, project: Path, scratch: Path, settings: Settings
) -> Mapping:
    """Return the mapping of a folder of known exports; what it decided is said, to be confirmed."""
    drafted = draft(folder, project, only=name, settings=settings)
    if not drafted.has_tables:
        shapes = shapes_named(name)
        files = [file.says for shape in shapes for file in shape.files.values()]
        raise UserError(
            f"{folder} has no file that is known as {listed(shape.name for shape in shapes)} "
            f"(files of it: {listed(files)}). "
            + "".join(f"{question}. " for question in drafted.questions)
            + f"Files there: {listed(files_of(folder)) or 'none'}. touchstone load {folder} "
            "--draft shows what they could be"
        )
    for question in drafted.questions:
        print(f"  to confirm: {question}", file=sys.stderr)
    print(f"  (touchstone load {folder} --draft > my.yml writes it down)", file=sys.stderr)
    path = scratch / f"{name.replace(',', '_')}.yml"
    path.write_text(drafted.text, encoding="utf-8")
    return read_mapping(path, project)


def _tried(drafted: Draft, folder: Path, project: Path) -> str:
    """Return why a draft does not load, or nothing."""
    if not drafted.has_tables:
        return ""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "draft.yml"
        path.write_text(drafted.text, encoding="utf-8")
        try:
            load(
                folder, read_mapping(path, project), project, Path(scratch) / "x.duckdb", check=True
            )
        except UserError as error:
            return str(error)
    return ""
