"""Every setting that moves numbers is a definition."""

import csv
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]

# Where the data are, up to which day, and how the work is done: no agreement, no number of its own.
TECHNICAL = {
    "raw_data", "source_schemas", "source_databases", "as_of", "whole_build_above_percent",
}  # fmt: skip


def test_every_setting_that_moves_numbers_was_agreed() -> None:
    settings = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    seed = ROOT / "seeds/definitions/agreed_settings.csv"
    with seed.open(encoding="utf-8", newline="") as file:
        agreed = {row["setting"] for row in csv.DictReader(file)}
    macro = (ROOT / "macros/definitions/definition_seeds.sql").read_text(encoding="utf-8")
    listed = re.search(r"macro setting_names\(\) -%}(.*?)endmacro", macro, re.DOTALL)
    assert listed
    assert agreed == settings.keys() - TECHNICAL
    assert set(re.findall(r"'(\w+)'", listed.group(1))) == agreed


def test_sql_reads_settings_where_a_load_keeps_them() -> None:
    """`var('reporting_time_zone')` in a macro would be the project's zone, not the company's."""
    agreed = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    read_past = re.compile(r"\bvar\(\s*['\"](\w+)['\"]")
    files = [file for folder in ("macros", "models", "tests") for file in _sql_of(folder)]
    found = {
        f"{file.relative_to(ROOT)}: {name}"
        for file in files
        if file.name != "settings.sql"
        for name in read_past.findall(file.read_text(encoding="utf-8"))
        if name in agreed and name not in TECHNICAL
    }
    assert found == set()


def _sql_of(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.sql"))
