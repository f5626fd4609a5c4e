"""The template explains the whole language of mappings and every column of the contract."""

import re

import pytest

from touchstone.load import mapping
from touchstone.load.contract import read_contract, read_yaml
from touchstone.load.template import _NOTES, column_note, template
from touchstone.project import project_directory

CONTRACT = read_contract(project_directory())
KEYS = sorted(
    {
        key
        for name in dir(mapping)
        if re.fullmatch(r"_[A-Z]+_KEYS", name)
        for key in getattr(mapping, name)
    }
)


def test_there_are_keys() -> None:
    assert {"remove", "hashed", "only_with", "skip_rows", "ragged_rows", "split"} <= set(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_each_key_of_the_language_is_explained(key: str) -> None:
    head = template("crm.users", CONTRACT)
    lines = [line for line in head.split("\n") if re.search(rf"(^|[\s{{(]){key}:", line)]
    explained = [line for line in lines if "#" in line.split(f"{key}:")[-1] or line.startswith("#")]
    plain = {"company", "tables", "from", "columns", "file", "decimal_separator"}
    plain |= {"thousands_separator", "true_values", "false_values"}  # the value shown says it
    assert lines
    assert explained or key in plain


@pytest.mark.parametrize("form", [*sorted(mapping.EPOCH_FORMATS), "MMM", "MMMM"])
def test_each_form_of_a_date_is_explained(form: str) -> None:
    assert form in template("crm.users", CONTRACT)


def test_each_column_says_what_it_holds() -> None:
    said = [
        column_note(table, column.name) for table in CONTRACT.values() for column in table.columns
    ]
    assert len(said) > 200
    assert all(what for what, _ in said)


def test_no_note_is_of_a_column_that_is_not_there() -> None:
    notes = read_yaml(_NOTES)
    every = notes.pop("every")
    names = {column.name for table in CONTRACT.values() for column in table.columns}
    assert set(every) <= names
    for label, columns in notes.items():
        assert set(columns) <= {column.name for column in CONTRACT[label].columns}


def test_what_is_lost_without_a_column_is_said() -> None:
    text = template("crm.opportunities", CONTRACT)
    assert re.search(r"probability: probability +# number: per cent, 0 to 100;", text)
    assert "without it no weighted pipeline" in text
    assert "millionths of the account's currency" in template("google_ads", CONTRACT)
