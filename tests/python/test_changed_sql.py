"""What `make lint` gives to the SQL linter: what was changed, and all where that is not known."""

import subprocess
from pathlib import Path

import pytest

from changed_sql import changed_sql

FILES = {
    "models/marts/deals.sql": "select 1",
    "models/marts/deals.yml": "models: []",
    "tests/balance/sums.sql": "select 2",
    "macros/money.sql": "select 3",
    ".sqlfluff": "[sqlfluff]",
}
EVERY = ["models/marts/deals.sql", "tests/balance/sums.sql"]


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=test", "-c", "user.email=test@touchstone.example"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def edit(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write("\n-- edited")


def commit(folder: Path, *names: str) -> None:
    for name in names:
        edit(folder, name)
    git(folder, "add", ".")
    git(folder, "commit", "--message", "An edit")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A clone on a branch that has left main, which stands still."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    git(origin, "init", "--initial-branch", "main")
    for name, text in FILES.items():
        edit(origin, name)
        (origin / name).write_text(text, encoding="utf-8")
    commit(origin, "README.md")
    commit(origin, "tests/balance/sums.sql")
    git(tmp_path, "clone", str(origin), str(clone))
    git(clone, "checkout", "-b", "work")
    return clone


def test_a_branch_lints_what_it_changed_committed_or_not(project: Path) -> None:
    commit(project, "models/marts/deals.sql", "models/marts/deals.yml", "macros/money.sql")
    commit(project, "README.md")
    edit(project, "models/marts/new.sql")
    assert changed_sql(project) == ["models/marts/deals.sql", "models/marts/new.sql"]


def test_a_file_that_is_gone_is_not_linted(project: Path) -> None:
    git(project, "rm", "models/marts/deals.sql")
    commit(project, "README.md")
    assert changed_sql(project) == []


def test_on_the_main_branch_the_last_commit_is_linted(project: Path) -> None:
    assert changed_sql(project) == ["tests/balance/sums.sql"]


def test_a_push_lints_all_its_commits(project: Path) -> None:
    for name in EVERY:
        commit(project, name)
    git(project, "update-ref", "refs/remotes/origin/main", "HEAD")  # it is pushed
    assert changed_sql(project) == EVERY[1:]
    assert changed_sql(project, "HEAD~2") == EVERY


def test_other_rules_lint_everything(project: Path) -> None:
    commit(project, ".sqlfluff")
    assert changed_sql(project) == EVERY


@pytest.mark.parametrize("since", ["0" * 40, "nowhere"])
def test_where_git_does_not_know_everything_is_linted(project: Path, since: str) -> None:
    assert changed_sql(project, since) == EVERY


def test_a_clone_without_history_lints_everything(project: Path, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--depth", "1", project.as_uri(), str(shallow))
    assert changed_sql(shallow) == EVERY


def test_a_folder_outside_git_lints_everything(tmp_path: Path) -> None:
    for name in EVERY:
        edit(tmp_path, name)
    assert changed_sql(tmp_path) == EVERY
