"""Definitions that cannot be right are named with file, row and remedy, before a build begins."""

import shutil
import time
from pathlib import Path

import pytest

from touchstone.definition_rows import check_definitions, find_problems, read_seeds
from touchstone.errors import UserError
from touchstone.project import project_directory

PROJECT = project_directory()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT / "seeds/definitions", tmp_path / "seeds/definitions")
    return tmp_path


def change(project: Path, seed: str, old: str, new: str) -> None:
    path = project / "seeds/definitions" / f"{seed}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def row(seed: str, beginning: str) -> int:
    """Return the line of the file on which a row of the project begins."""
    lines = (PROJECT / "seeds/definitions" / f"{seed}.csv").read_text(encoding="utf-8").splitlines()
    return 1 + next(number for number, line in enumerate(lines) if line.startswith(beginning))


def test_the_definitions_of_the_project_can_be_right_and_are_read_in_a_second() -> None:
    begun = time.process_time()
    check_definitions(PROJECT)
    assert time.process_time() - begun < 2


def test_every_test_in_the_yaml_of_a_definition_is_one_that_is_asked_here() -> None:
    kinds = {kind for seed in read_seeds(PROJECT).values() for kind, _, _ in seed.tests}
    assert kinds == {"not_null", "unique", "is_unique", "accepted_values", "relationships"}


@pytest.mark.parametrize(
    ("seed", "old", "new", "told"),
    [
        (
            "attribution_weights",
            "linear,between,1",
            "linear,between,0.9",
            "the weights of linear add up to 0.9, not to 1; mend one of them",
        ),
        (
            "attribution_weights",
            "first_touch,first_touch,1",
            "first_touch,frist_touch,1",
            "milestone is 'frist_touch'; it must be one of: .*did you mean first_touch",
        ),
        (
            "attribution_weights",
            "first_touch,first_touch,1",
            "frist_touch,first_touch,1",
            "attribution_model is 'frist_touch', which is not in "
            "seeds/definitions/attribution_models.csv; did you mean first_touch",
        ),
        (
            "attribution_weights",
            "first_touch,first_touch,1",
            "first_touch,first_touch,one",
            "weight is 'one'; it must be a number",
        ),
        (
            "attribution_models",
            "first_touch,First touch,,sourcing",
            "first_touch,First touch,,",
            "no model is agreed for sourcing; give one row agreed_for = sourcing",
        ),
        (
            "attribution_models",
            "first_touch,First touch,,sourcing",
            "first_touch,First touch,,souring",
            "agreed_for is 'souring'; it must be one of: sourcing, pipeline, revenue",
        ),
        (
            "attribution_models",
            "first_touch,First touch,,",
            "first_touch,First touch,30,",
            "first_touch has a half-life, and weights in .*; keep one",
        ),
        (
            "opportunity_stages",
            "new,pending_acceptance,0,false",
            "new,pending_acceptance,0,maybe",
            "is_pipeline is 'maybe'; it must be true or false",
        ),
        (
            "opportunity_stages",
            "new,pending_acceptance,0,false,false,false,1,CRO,2024-01-01",
            "new,pending_acceptance,0,false,false,false,1,CRO,01.02.2024",
            "valid_from is '01.02.2024'; it must be a day, YYYY-MM-DD",
        ),
        (
            "opportunity_stages",
            "\nnew,pending_acceptance",
            "\nnew,discovery,1,true,false,false,2,CRO,2023-01-01\nnew,pending_acceptance",
            "version 2 is valid from 2023-01-01, before version 1",
        ),
        (
            "lead_statuses",
            "\nnew,inquiry,,1,CMO and CRO,2024-01-01",
            "\nnew,inquiry,,1,CMO and CRO,2024-01-01\nnew,mql,,2,CMO and CRO,2024-01-01",
            "have one lead_status 'new', valid_from '2024-01-01'; keep one of them",
        ),
        (
            "lead_statuses",
            "\nnew,inquiry",
            "\nnew,enquiry",
            "canonical_stage is 'enquiry'; it must be one of: .*did you mean inquiry",
        ),
        (
            "channel_rules",
            "ga4,10,Direct,Direct,web",
            "ga4,10,Direct,Directly,web",
            "channel 'Direct', sub_channel 'Directly' is not in seeds/definitions/channels.csv",
        ),
        (
            "channel_rules",
            r"^\(direct\)$",
            r"^(direct",
            "is no regular expression",
        ),
        (
            "event_types",
            "conference,true",
            "conference,",
            "is_on_site is empty; every row needs one",
        ),
        (
            "role_mailboxes",
            "\nabuse\n",
            "\nabuse,and more\n",
            "'and more' stands after the last column",
        ),
        ("event_types", "is_on_site", "is_onsite", "the column is_on_site is missing"),
        (
            "fiscal_quarters",
            "valid_from\n",
            "valid_from\n2025-01-05,2025-02-01,1,CFO,2025-01-01\n",
            "fiscal_year_start_date 2025-02-01 is after fiscal_quarter_start_date 2025-01-05",
        ),
    ],
)
def test_what_cannot_be_right_is_told(
    project: Path, seed: str, old: str, new: str, told: str
) -> None:
    change(project, seed, old, new)
    with pytest.raises(UserError, match=told) as stopped:
        check_definitions(project)
    assert f"seeds/definitions/{seed}.csv" in str(stopped.value)


def test_a_row_is_named_by_its_line(project: Path) -> None:
    change(project, "attribution_weights", "linear,between,1", "linear,between,0.9")
    [problem] = find_problems(read_seeds(project))
    line = row("attribution_weights", "linear,between")
    assert problem.startswith(f"seeds/definitions/attribution_weights.csv, row {line}: ")


def test_a_guard_that_cannot_be_asked_is_told(project: Path) -> None:
    change(project, "guards", ",in,*,delivered,,stop,", ",in,*,delivred,,stop,")
    with pytest.raises(UserError, match=r"guards.csv, line 2: 'delivred' is no rule"):
        check_definitions(project)


def test_what_is_no_csv_is_told(project: Path) -> None:
    (project / "seeds/definitions/regions.csv").write_bytes(b"country,region\nd\xe9,EMEA\n")
    with pytest.raises(UserError, match=r"regions.csv is not a CSV file in UTF-8"):
        check_definitions(project)
