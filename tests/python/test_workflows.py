"""Workflows hold to GitHub's schema, and run words of the Makefile that people run by hand."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).parents[2]
WORKFLOWS = sorted((PROJECT / ".github/workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE))


def holds_to_schema(path: Path) -> bool:
    ended = subprocess.run(
        [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema",
         "vendor.github-workflows", path],
        capture_output=True, check=False,
    )  # fmt: skip
    return ended.returncode == 0


def steps(workflow: Any) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def read(name: str) -> Any:
    return yaml.safe_load((PROJECT / ".github/workflows" / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_holds_to_the_schema(path: Path) -> None:
    assert holds_to_schema(path)


def test_a_misspelt_workflow_does_not(tmp_path: Path) -> None:
    text = (PROJECT / ".github/workflows/pull_request.yml").read_text(encoding="utf-8")
    broken = tmp_path / "broken.yml"
    broken.write_text(text.replace("runs-on:", "run-on:"), encoding="utf-8")
    assert not holds_to_schema(broken)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_runs_words_of_the_makefile(path: Path) -> None:
    asked = {
        word
        for step in steps(read(path.name))
        for word in re.findall(r"\bmake ([a-z-]+)", step.get("run", ""))
    }
    assert asked
    assert asked <= TARGETS


def test_a_pull_request_is_linted_built_tested_compared_and_told() -> None:
    workflow = read("pull_request.yml")
    commands = " ".join(step.get("run", "") for step in steps(workflow))
    for word in ("make lint", "make build", "make pytest", "make diff", "gh api"):
        assert word in commands
    checkout = workflow["jobs"]["diff"]["steps"][0]
    assert checkout["with"]["fetch-depth"] == 0, "the base is a commit of the history"
    # text of a pull request stays out of shell lines: it may be anybody's
    assert "${{" not in commands.replace("PYTHON=python", "")


def test_every_night_everything_is_proven() -> None:
    workflow = read("nightly.yml")
    assert "schedule" in workflow[True], "YAML reads the word `on` as true"
    asked = [step.get("run", "") for step in workflow["jobs"]["test-all"]["steps"]]
    assert any(command.startswith("make test-all") for command in asked)
    of_make = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MARKED"}  # this may run below `make test-all`
    outside = {name: value for name, value in os.environ.items() if name not in of_make}
    shown = {
        target: subprocess.run(
            ["make", "--dry-run", f"PYTHON={sys.executable}", target],
            cwd=PROJECT, env=outside, capture_output=True, text=True, check=True,
        ).stdout
        for target in ("test", "test-all")
    }  # fmt: skip
    assert '-m "not nightly"' in shown["test"]
    assert '-m ""' in shown["test-all"]


def test_contributing_says_what_waits_for_the_night() -> None:
    text = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.partition("## What runs when")[2]
    listed = set(re.findall(r"^\| `(test_\w+\.py)` \|", table, re.MULTILINE))
    marked = {
        path.name
        for path in Path(__file__).parent.glob("test_*.py")
        if re.search(r"pytest\.mark\.nightly\b", path.read_text(encoding="utf-8"))
    }
    assert listed == marked - {Path(__file__).name}
