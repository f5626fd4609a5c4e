"""What a load and the guards know of landed rows is what the door (macros/raw.sql) knows."""

import ast
import re

from touchstone.checks import tables
from touchstone.load.contract import DELETION_MARKS, ENDS_OF_VERSIONS, STARTS_OF_VERSIONS
from touchstone.load.dates import PLACEHOLDER_DAYS
from touchstone.project import project_directory

DOOR = (project_directory() / "macros" / "raw.sql").read_text(encoding="utf-8")


def macro(name: str) -> str:
    """Return the text of a macro of the door."""
    found = re.search(rf"macro {name}\(.*?endmacro", DOOR, re.DOTALL)
    assert found
    return found.group()


def test_days_that_are_always_and_never_are_the_same() -> None:
    said = re.findall(r"'(\d{4}-\d{2}-\d{2})'", macro("raw_day"))
    assert set(re.findall(r"'([^']+)'", PLACEHOLDER_DAYS)) == set(said) - {"0000-00-00"}


def test_marks_of_versions_are_the_same() -> None:
    said = dict(re.findall(r"'(\w+)': \('(\w+)'", macro("raw_versions")))
    assert {name for name, mark in said.items() if mark == "_is_active"} == set(ENDS_OF_VERSIONS)
    assert set(said) - set(ENDS_OF_VERSIONS) == set(DELETION_MARKS)
    starts = re.findall(r"\('(_\w+)', '([a-z]+[^']*)'\)", macro("raw_versions"))
    assert dict(starts) == STARTS_OF_VERSIONS | {"_load_number": "bigint"}


def test_other_names_of_loaders_columns_are_the_same() -> None:
    said = re.search(r"return\((\{.*?\})\.get", macro("raw_other_names"), re.DOTALL)
    assert said
    names = {name: tuple(others) for name, others in ast.literal_eval(said.group(1)).items()}
    assert names == tables._OTHER_NAMES
