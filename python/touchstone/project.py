"""Where the dbt project and its warehouse file are, and whether the file can be used."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from touchstone.errors import UserError, meaning_of

WAREHOUSE_VARIABLE = "TOUCHSTONE_WAREHOUSE"
STORAGE_VERSION = "v1.2.0"


def project_directory() -> Path:
    """Return the project's folder: the current one or a parent, else that of this package."""
    here = Path.cwd()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[2]):
        settings = folder / "dbt_project.yml"
        if settings.is_file() and "name: touchstone" in settings.read_text(encoding="utf-8"):
            return folder
    raise UserError(
        f"no Touchstone project (dbt_project.yml) in {here} or above it; "
        "change to the folder you cloned, or install the package from it: pip install -e ."
    )


def warehouse_path(project: Path) -> Path:
    """Return the DuckDB file dbt builds: TOUCHSTONE_WAREHOUSE, else the one beside profiles.yml."""
    named = os.environ.get(WAREHOUSE_VARIABLE)
    return Path(named).absolute() if named else project / "touchstone.duckdb"


def connect(path: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open the warehouse file; UserError says why it cannot be used and what to do."""
    if read_only and not path.exists():
        raise UserError(f"{path} does not exist yet; build it: make build")
    # as in profiles.yml: whoever makes the file first decides which clients can open it
    config: dict[str, str | bool | int | float | list[str]] = (
        {} if read_only else {"storage_compatibility_version": STORAGE_VERSION}
    )
    try:
        return duckdb.connect(str(path), read_only=read_only, config=config)
    except duckdb.Error as error:
        raise UserError(_reason(path, str(error))) from error


def _reason(path: Path, message: str) -> str:
    if "lock" in message.lower():
        holder = message[message.find("PID") :].split(")")[0] if "PID" in message else ""
        return (
            f"{path} is open in another program{f' ({holder})' if holder else ''}, and DuckDB lets "
            f"only one write: close it, or build another file: {WAREHOUSE_VARIABLE}=other.duckdb"
        )
    if "not a valid DuckDB database" in message:
        return (
            f"{path} is not a DuckDB file: move it away, or name another with {WAREHOUSE_VARIABLE}"
        )
    if "version" in message.lower():
        return (
            f"{path} was written by a DuckDB that {duckdb.__version__} cannot read: "
            "delete it (make clean) and build it again, it holds nothing that cannot be rebuilt"
        )
    if meaning := meaning_of(OSError(message)):
        return f"{path} cannot be opened: {meaning}"
    if not path.parent.is_dir():
        return f"{path} cannot be made: there is no folder {path.parent}; make it, or name another"
    return f"{path} cannot be opened: {message.splitlines()[0]}"


def read_vars(text: str) -> Mapping[str, Any]:
    """Return the dbt vars that a user gave with --vars.

    Raises:
        UserError: it is no YAML, or no names and values.
    """
    # 50 ms that most commands do not need
    import yaml

    try:
        variables = yaml.safe_load(text)
    except yaml.YAMLError as error:
        told = getattr(error, "problem", None) or str(error)
        raise UserError(
            f"--vars is not YAML: {told}; write --vars '{{reporting_time_zone: Europe/Berlin}}'"
        ) from error
    except ValueError as error:  # 2024-13-01 looks like a date to YAML
        raise UserError(f"--vars has a date that does not exist: {error}") from error
    if not isinstance(variables, dict):
        raise UserError("--vars is no list of names and values; write --vars '{raw_data: loaded}'")
    return variables
