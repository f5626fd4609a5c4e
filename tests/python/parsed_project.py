"""What dbt parses, parsed once for all files of tests that have the same project and vars.

To parse takes as long as to build a small company. What was parsed is kept under `target/`, named
by all that it is made of, so that the other process of the tests, and the next run, has it too.
"""

import contextlib
import hashlib
import json
import os
import pickle
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from touchstone.project import WAREHOUSE_VARIABLE

PROJECT = Path(__file__).parents[2]
KEPT = PROJECT / "target" / "parsed"
KEPT_COUNT = 12
MADE_OF = ("dbt_project.yml", "profiles.yml", "models", "macros", "seeds", "tests", "analyses")
MANIFEST = "manifest.pickle"


@dataclass(frozen=True)
class Parsed:
    """A parsed project.

    Attributes:
        manifest: dbt's object, to hand to a run of dbt: a copy of nobody else's.
        target: folder with the semantic manifest; not to be written to.
    """

    manifest: Any
    target: Path


def parsed(project: Path, variables: Mapping[str, Any], warehouse: Path) -> Parsed:
    """Return a project as dbt parses it, which it does when nobody did before.

    Args:
        project: folder of dbt_project.yml.
        variables: dbt vars.
        warehouse: a file of the name that relations are to have as their database.
    """
    target = KEPT / _digest(project, variables, warehouse.stem)
    if not target.exists():
        _parse(project, variables, warehouse, target)
        _forget()
    manifest = pickle.loads((target / MANIFEST).read_bytes())
    for node in manifest.nodes.values():
        if hasattr(node, "root_path"):  # of a seed: where its rows are
            node.root_path = str(project)
    return Parsed(manifest, target)


def _parse(project: Path, variables: Mapping[str, Any], warehouse: Path, target: Path) -> None:
    from dbt.cli.main import dbtRunner

    KEPT.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=KEPT, prefix="partial-"))
    places = ["--project-dir", str(project), "--profiles-dir", str(project)]
    words = ["--quiet", "parse", *places, "--target-path", str(folder)]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(WAREHOUSE_VARIABLE, str(warehouse))
        outcome = dbtRunner().invoke([*words, "--vars", json.dumps(dict(variables))])
    assert outcome.success, f"dbt parse failed: {outcome.exception}"
    (folder / MANIFEST).write_bytes(pickle.dumps(outcome.result))
    with contextlib.suppress(OSError):  # another process was quicker
        os.replace(folder, target)


def _digest(project: Path, variables: Mapping[str, Any], database: str) -> str:
    known = [json.dumps(dict(variables), sort_keys=True, default=str), database]
    digest = hashlib.sha256("\n".join([*known, version("dbt-core")]).encode())
    for name in MADE_OF:
        place = project / name
        paths = [place] if place.is_file() else sorted(place.rglob("*"))
        for path in paths:
            if path.is_file() and path.suffix in (".sql", ".yml", ".md", ".csv"):
                digest.update(str(path.relative_to(project)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _forget() -> None:
    found = sorted(KEPT.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in found[KEPT_COUNT:]:
        shutil.rmtree(path, ignore_errors=True)
