"""Print the SQL files that this work changes, for `make lint`; every one where git cannot say.

The linter takes a second a file. What it says of a file depends on that file and on how it is set
up: a push lints what it changes, and each night all of it is linted.
"""

import subprocess
import sys
from pathlib import Path

FOLDERS = ("models", "tests", "analyses")
SET_UP_BY = (".sqlfluff", ".sqlfluffignore", "requirements.lock")


def changed_sql(project: Path, since: str = "") -> list[str]:
    """Return the files to lint, as paths within the project.

    Args:
        project: folder of dbt_project.yml.
        since: what the work is compared with; otherwise origin/main, and on that branch itself the
            commit before.
    """
    every = [path for name in FOLDERS for path in sorted((project / name).rglob("*.sql"))]
    everything = [str(path.relative_to(project)) for path in every]
    base = _base(project, since)
    changed = base and _git(project, "diff", "--name-only", "--relative", base)
    new = _git(project, "ls-files", "--others", "--exclude-standard")
    if changed is None or new is None or not base:
        return everything
    found = {*changed.splitlines(), *new.splitlines()}
    return everything if found.intersection(SET_UP_BY) else sorted(found.intersection(everything))


def _base(project: Path, since: str) -> str | None:
    head = _git(project, "rev-parse", "--verify", "HEAD")
    found = _git(project, "merge-base", "HEAD", since or "origin/main")
    if since or found not in (None, head):
        return found
    return _git(project, "rev-parse", "--verify", "HEAD~1")


def _git(project: Path, *words: str) -> str | None:
    try:
        ended = subprocess.run(
            ["git", *words], cwd=project, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return None
    return None if ended.returncode else ended.stdout.strip()


if __name__ == "__main__":
    print(*changed_sql(Path.cwd(), *sys.argv[1:2]), sep="\n")
