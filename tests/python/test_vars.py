"""A var with a list of choices is read through the macro that refuses any other value."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["attribution_population", "attribution_redistribution"])
def test_a_choice_is_refused_when_it_is_none_of_its_choices(name: str) -> None:
    models = [path.read_text() for path in (ROOT / "models").rglob("*.sql")]
    assert sum(f"var_one_of('{name}'" in sql for sql in models) == 1
