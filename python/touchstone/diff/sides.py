"""The two states that are compared: checked out, and built side by side on the same data.

Where only models and seeds differ from a build that stands already, a side grows from it: its
warehouse is copied, and what reads a changed file, directly or not, is dropped and built. Nothing
else can differ (`tests/python/test_diff.py` holds such a build to one from nothing).
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml

from touchstone.build import as_vars
from touchstone.errors import UserError
from touchstone.metrics.engine import ANSWERS_FILE
from touchstone.project import connect

# What the tables of a build depend on; tests and analyses move no number.
BUILT_FROM = ("dbt_project.yml", "models", "seeds", "macros")
BUILT_WITH = ("TOUCHSTONE_HASH_KEY",)  # and on this, from the environment
RAW_SEEDS = Path("seeds") / "raw"
# One name for the file of every side: it is part of the compiled SQL, and no change of it.
STEM = "side_of_diff"
KEPT_BUILDS = 6
DONE = "done.json"
MANIFEST = "manifest.json"
ORIGIN = "origin.json"  # manifest of the build that a side grew from
ANSWERS = "metrics"  # of MetricFlow; the sides mostly ask the same
_STEP = re.compile(r"(\d+|metrics)(?: (\d+))?$")
GIVEN = "given"  # the warehouse with the raw data, as both sides see it


@dataclass(frozen=True)
class Revision:
    """A commit that the user named, and the one that is compared with.

    Attributes:
        name: as the user wrote it.
        commit: full hash of the common ancestor of that and the work at hand.
        is_ancestor: the named commit itself is meant, not an older one.
    """

    name: str
    commit: str
    is_ancestor: bool

    @property
    def told(self) -> str:
        """Return how a report names it."""
        where = "" if self.is_ancestor else ", where this work branched off"
        return f"{self.name} ({self.commit[:7]}{where})"


@dataclass(frozen=True)
class Data:
    """The raw data of both sides.

    Attributes:
        variables: dbt vars, raw_data among them.
        warehouse: the file with the loaded raw tables; None for the sample in seeds/raw.
    """

    variables: Mapping[str, Any]
    warehouse: Path | None


@dataclass(frozen=True)
class Side:
    """A state of the project, and where it is built."""

    name: str
    project: Path
    folder: Path

    @property
    def warehouse(self) -> Path:
        """Return its DuckDB file."""
        return self.folder / f"{STEM}.duckdb"

    @property
    def target(self) -> Path:
        """Return dbt's target folder."""
        return self.folder / "target"

    @property
    def answers(self) -> Path:
        """Return the folder of MetricFlow's answers, shared by all sides."""
        return self.folder.parents[1] / ANSWERS

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Return what dbt knows of the project, compiled SQL included."""
        path = self.target / MANIFEST
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def read(self, name: str) -> str:
        """Return the text of a file of the project; empty when it has none."""
        path = self.project / name
        return path.read_text(encoding="utf-8") if path.exists() else ""


def find_revision(project: Path, name: str) -> Revision:
    """Return the commit to compare with: where the working tree and `name` have last met."""
    commit = _git(project, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    if commit is None:
        raise UserError(
            f"git knows no commit {name!r}; name a branch, a tag or a commit with --base, and in "
            "CI fetch the history (actions/checkout with fetch-depth: 0)"
        )
    common = _git(project, "merge-base", commit, "HEAD") or commit
    return Revision(name, common, common == commit)


def default_base(project: Path) -> str:
    """Return the main branch: that of the remote, else the local one."""
    for name in ("origin/main", "origin/master", "main", "master"):
        if _git(project, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"):
            return name
    raise UserError("there is no branch main or master to compare with; name one with --base")


def check_out(project: Path, revision: Revision, folder: Path) -> None:
    """Write the files of a commit into a folder; those of the project alone."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    prefix = (_git(project, "rev-parse", "--show-prefix") or "").rstrip("/")
    packed = subprocess.run(
        ["git", "archive", f"{revision.commit}:{prefix}"],
        cwd=project,
        capture_output=True,
        check=False,
    )
    if packed.returncode:
        raise UserError(
            f"git cannot give the files of {revision.told}: {packed.stderr.decode().strip()}"
        )
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    if not (folder / "dbt_project.yml").exists():
        raise UserError(f"{revision.told} has no Touchstone project; name a later commit: --base")


def _git(project: Path, *words: str) -> str | None:
    try:
        ended = subprocess.run(
            ["git", *words], cwd=project, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise UserError("git is not installed, and the base is read from it") from error
    if "not a git repository" in ended.stderr:
        raise UserError(f"{project} is in no git repository, so there is nothing to compare with")
    return None if ended.returncode else ended.stdout.strip()


def build_folder(work: Path, project: Path, data: Data) -> Path:
    """Return the folder of a build, named by all that it depends on: what is there is right."""
    digest = hashlib.sha256(_kind(data).encode())
    package = Path(__file__).resolve().parents[1]
    for path in sorted((package / "metrics").glob("*.py")):
        digest.update(path.read_bytes())
    for name, path in sorted(_files(project)):
        digest.update(name.encode())
        digest.update(path.read_bytes())
    return work / "builds" / digest.hexdigest()[:16]


def _kind(data: Data) -> str:
    """Return what builds have in common of which one may grow from the other."""
    parts = [as_vars(dict(data.variables)), version("dbt-core"), version("duckdb")]
    parts += [f"{name}={value}" for name, value in sorted(os.environ.items()) if name in BUILT_WITH]
    if data.warehouse:
        found = data.warehouse.stat()
        parts += [str(data.warehouse), str(found.st_size), str(found.st_mtime_ns)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _digests(project: Path) -> dict[str, str]:
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in _files(project)}


def raw_rows(project: Path) -> dict[str, Path]:
    """Return the raw files of the sample by table, such as crm.leads."""
    return {
        ".".join(path.stem.split("__", 1)): path
        for path in sorted((project / RAW_SEEDS).rglob("*.csv"))
    }


def _files(project: Path) -> Iterable[tuple[str, Path]]:
    for name in BUILT_FROM:
        place = project / name
        paths = [place] if place.is_file() else place.rglob("*")
        yield from ((str(path.relative_to(project)), path) for path in paths if path.is_file())


def build(sides: Sequence[Side], data: Data, *, fresh: bool = False) -> list[float]:
    """Build sides at the same time; return the seconds each took, 0 for one that stood already.

    Raises:
        UserError: a side that does not build, with what dbt says of it.
    """
    waiting = [side for side in sides if fresh or not (side.folder / DONE).exists()]
    progress = _Progress([side.name for side in waiting])
    try:
        failing = _build(waiting, data, progress, grows=not fresh)
        again = [side for side in failing if (side.folder / ORIGIN).exists()]
        # What grew must not fail where a build from nothing would not.
        failing = [side for side in failing if side not in again]
        failing += _build(again, data, progress, grows=False)
    finally:
        progress.close()
    if failing:
        raise UserError("\n".join(_failure(side) for side in failing))
    seconds = {side.name: progress.seconds(side.name) for side in waiting}
    for side in waiting:
        told = {
            "seconds": seconds[side.name],
            "kind": _kind(data),
            "files": _digests(side.project),
        }
        if build_folder(side.folder.parents[1], side.project, data) != side.folder:
            raise UserError(
                f"{side.name} was edited while it was built, so its numbers are of neither state; "
                "ask again"
            )
        partial = side.folder / f"{DONE}.partial"
        partial.write_text(json.dumps(told), encoding="utf-8")
        os.replace(partial, side.folder / DONE)
    _forget_old_builds(sides)
    return [seconds.get(side.name, 0.0) for side in sides]


def _build(
    waiting: Sequence[Side], data: Data, progress: "_Progress", *, grows: bool
) -> list[Side]:
    """Build sides at the same time; return those that failed."""
    started: list[subprocess.Popen[str]] = []
    try:
        for side in waiting:
            started.append(_start(side, data, _origin(side, data) if grows else None))
            follow = (side.name, started[-1])
            threading.Thread(target=progress.follow, args=follow, daemon=True).start()
        return [side for side, process in zip(waiting, started, strict=True) if process.wait() != 0]
    except BaseException:
        for process in started:
            process.terminate()
        raise


@dataclass(frozen=True)
class _Origin:
    """A build that a side may grow from, and the models and seeds that differ from it."""

    changed: tuple[str, ...]
    folder: Path


def _origin(side: Side, data: Data) -> _Origin | None:
    """Return the build of the same data from which the fewest files differ.

    None when others differ than models and seeds: those may reach anything, and dbt does not read
    every edit of YAML again (dbt_project.yml says why).
    """
    kind, files = _kind(data), _digests(side.project)
    found = []
    for path in sorted(side.folder.parent.glob(f"*/{DONE}")):
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # taken away by another comparison, or cut short
            continue
        if told.get("kind") == kind:
            differing = [Path(name) for name, _ in told["files"].items() ^ files.items()]
            if differing and all(_is_node(name) for name in differing):
                names = sorted({name.stem for name in differing})
                found.append(_Origin(tuple(names), path.parent))
    return min(found, key=lambda one: len(one.changed), default=None)


def _is_node(path: Path) -> bool:
    return (path.parts[0], path.suffix) in (("models", ".sql"), ("seeds", ".csv"))


def _start(side: Side, data: Data, origin: _Origin | None) -> "subprocess.Popen[str]":
    shutil.rmtree(side.folder, ignore_errors=True)
    side.target.mkdir(parents=True)
    try:
        if origin:
            shutil.copy(origin.folder / side.warehouse.name, side.warehouse)
            shutil.copy(origin.folder / "target" / MANIFEST, side.folder / ORIGIN)
    except OSError:  # taken away by another comparison
        side.warehouse.unlink(missing_ok=True)
        origin = None
    if not origin:
        connect(side.warehouse).close()
    _take_answers(side)
    profile = yaml.safe_load((side.project / "profiles.yml").read_text(encoding="utf-8"))
    output = profile["touchstone"]["outputs"]["dev"]
    output["path"] = str(side.warehouse)
    variables = dict(data.variables)
    if data.warehouse:
        output["attach"] = [{"path": str(data.warehouse), "alias": GIVEN, "read_only": True}]
        variables["source_databases"] = dict.fromkeys(_systems(side.project), GIVEN)
    profile["touchstone"] = {"target": "dev", "outputs": {"dev": output}}
    (side.folder / "profiles.yml").write_text(yaml.safe_dump(profile), encoding="utf-8")
    order = side.folder / "order.json"
    values = {
        "project": str(side.project),
        "warehouse": str(side.warehouse),
        "vars": as_vars(variables),
        "changed": origin.changed if origin else (),
    }
    order.write_text(json.dumps(values, indent=1), encoding="utf-8")
    with (side.folder / "said.log").open("w", encoding="utf-8") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "touchstone.diff.side", str(order)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=side.project,
            # One thread of dbt each: a second one waits for Python more than it works.
            env={"TOUCHSTONE_THREADS": "1", **os.environ, "DO_NOT_TRACK": "1"},
        )


def _take_answers(side: Side) -> None:
    """Let MetricFlow's answers of the project's own last build do for the first comparison."""
    known = side.project / "target" / ANSWERS_FILE
    if known.exists() and not (side.answers / ANSWERS_FILE).exists():
        side.answers.mkdir(parents=True, exist_ok=True)
        shutil.copy(known, side.answers)


def _systems(project: Path) -> list[str]:
    return sorted(path.name for path in (project / "models" / "staging").iterdir() if path.is_dir())


def _failure(side: Side) -> str:
    said = (side.folder / "said.log").read_text(encoding="utf-8").splitlines()
    told = [line for line in said if line.strip() and " of " not in line[:12]]
    return "\n  ".join([f"{side.name} does not build, so its numbers are not known:", *told[-12:]])


def _forget_old_builds(sides: Iterable[Side]) -> None:
    """Keep the newest builds: a base is asked for again, a working tree seldom is."""
    used = {side.folder for side in sides}
    for parent in {folder.parent for folder in used}:
        others = [path for path in parent.iterdir() if path not in used]
        others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for old in others[KEPT_BUILDS:]:
            shutil.rmtree(old, ignore_errors=True)


class _Progress:
    """How far the sides are: one line that moves in a terminal, one every ten seconds elsewhere."""

    def __init__(self, names: Sequence[str]) -> None:
        self._said = dict.fromkeys(names, "starting")
        self._ended: dict[str, float] = {}
        self._moves = sys.stderr.isatty()
        self._begun = self._shown = time.monotonic()
        self._lock = threading.Lock()

    def follow(self, name: str, process: "subprocess.Popen[str]") -> None:
        """Show what a side says until it ends."""
        assert process.stdout
        for line in process.stdout:
            if match := _STEP.match(line):
                done, total = match.groups()
                self._said[name] = f"{done} of {total}" if total else done
                self._show()
        process.wait()
        self._ended[name] = time.monotonic() - self._begun
        self._said[name] = "done"

    def seconds(self, name: str) -> float:
        """Return how long a side took."""
        return round(self._ended.get(name, time.monotonic() - self._begun), 1)

    def _show(self) -> None:
        with self._lock:
            now = time.monotonic()
            told = ", ".join(f"{name}: {what}" for name, what in self._said.items())
            line = f"  building {told}, {now - self._begun:3.0f} s"
            if self._moves:
                print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
            elif now - self._shown > 10:
                self._shown = now
                print(line, file=sys.stderr, flush=True)

    def close(self) -> None:
        """End the moving line."""
        if self._moves and self._said:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
