"""Settings: the vars of dbt_project.yml, what a loaded company keeps of them, --vars over both."""

import datetime
import difflib
import json
import os
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from touchstone.checks.seeds import read_rows
from touchstone.errors import UserError
from touchstone.project import connect, read_vars

RAW_DATA_VARIABLE = "TOUCHSTONE_RAW_DATA"
KEPT = "maintenance.kept_settings"
RULES_FILE = Path("models") / "marts" / "quality" / "settings.yml"
CURRENCIES_FILE = Path("seeds") / "definitions" / "currencies.csv"
SAMPLE, LOADED = "sample", "loaded"

_MAKE_KEPT = f"""
    create schema if not exists maintenance;
    create table if not exists {KEPT} (
        setting_name varchar,
        setting_value varchar,
        company varchar,
        kept_at timestamp
    )
"""


@dataclass(frozen=True)
class Kept:
    """What a load kept beside the rows of a company.

    Attributes:
        company: as its mapping names it.
        values: the settings its mapping states.
        kept_at: when the last load wrote them (UTC).
    """

    company: str
    values: Mapping[str, Any]
    kept_at: datetime.datetime


@dataclass(frozen=True)
class InForce:
    """The vars of a run.

    Attributes:
        values: what is passed to dbt as --vars: kept settings, and what was stated over them.
        kept: what the warehouse keeps, when it is in force.
        overridden: kept settings that --vars replaces.
        is_loaded: whether raw data are the user's.
    """

    values: Mapping[str, Any]
    kept: Kept | None
    is_loaded: bool
    overridden: Mapping[str, Any] = field(default_factory=dict)

    def told(self) -> list[str]:
        """Return what a user is told: which kept settings are used, and which are not."""
        if self.kept is None:
            return []
        used = {name: text for name, text in self.kept.values.items() if name in self.values}
        used = {name: value for name, value in used.items() if name not in self.overridden}
        kept = ", ".join(f"{name} {_shown(value)}" for name, value in used.items())
        lines = [f"{self.kept.company}, as loaded: {kept or 'the settings of the project'}"]
        lines += [
            f"--vars overrides {name}: {_shown(self.values[name])}, not {_shown(value)} as loaded"
            for name, value in self.overridden.items()
        ]
        return lines


def in_force(project: Path, warehouse: Path, stated: str | Mapping[str, Any]) -> InForce:
    """Return the vars of a run: those of the project < what was kept < --vars.

    Args:
        project: folder of dbt_project.yml.
        warehouse: the DuckDB file; it need not exist.
        stated: --vars, as text or read.

    Raises:
        UserError: a var is unknown, or a value cannot be.
    """
    given = read_vars(stated) if isinstance(stated, str) else stated
    check_settings(project, given, "--vars")
    defaults = project_settings(project)
    check_settings(project, defaults, "dbt_project.yml")
    kept = read_kept(warehouse)
    raw_data = (
        given.get("raw_data")
        or defaults.get("raw_data")
        or (LOADED if kept else os.environ.get(RAW_DATA_VARIABLE, SAMPLE))
    )
    if raw_data != LOADED:
        return InForce(dict(given), None, is_loaded=False)
    if kept is None:
        return InForce({**given, "raw_data": LOADED}, None, is_loaded=True)
    check_settings(project, kept.values, f"the settings kept with {kept.company}")
    overridden = {
        name: value
        for name, value in kept.values.items()
        if name in given and _shown(given[name]) != _shown(value)
    }
    values = {**kept.values, **given, "raw_data": LOADED}
    return InForce(values, kept, is_loaded=True, overridden=overridden)


def read_kept(warehouse: Path) -> Kept | None:
    """Return what the last load kept in a warehouse; None when nothing was loaded into it."""
    if not warehouse.exists():
        return None
    with connect(warehouse, read_only=True) as connection:
        return kept_in(connection)


def kept_in(connection: duckdb.DuckDBPyConnection) -> Kept | None:
    """Return what the last load kept, from an open warehouse."""
    # asked for first: an error would end the transaction of a load
    is_there = connection.execute(
        "select count(*) from duckdb_tables() where database_name = current_database() "
        "and schema_name || '.' || table_name = $1",
        [KEPT],
    ).fetchone()
    if not is_there or not is_there[0]:
        return None
    rows = connection.execute(
        f"select setting_name, setting_value, company, kept_at from {KEPT} order by all"
    ).fetchall()
    if not rows:
        return None
    values = {name: json.loads(value) for name, value, _, _ in rows if name != "raw_data"}
    return Kept(rows[0][2], values, rows[0][3])


def keep(
    connection: duckdb.DuckDBPyConnection,
    company: str,
    settings: Mapping[str, Any],
    *,
    append: bool,
) -> list[str]:
    """Keep a company's settings beside its rows; return what changed against those kept before.

    Args:
        connection: of the warehouse, in the transaction of the load.
        company: as the mapping names it.
        settings: what the mapping states.
        append: whether rows are added: what the mapping does not state stays.
    """
    before = kept_in(connection)
    known = dict(before.values) if before else {}
    new = {**(known if append else {}), **settings}
    new.pop("raw_data", None)  # what was loaded is loaded, whatever is said
    connection.execute(_MAKE_KEPT)
    connection.execute(f"delete from {KEPT}")
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None, microsecond=0)
    rows = [(name, json.dumps(value, default=str)) for name, value in sorted(new.items())]
    for name, value in [("raw_data", json.dumps(LOADED)), *rows]:
        connection.execute(f"insert into {KEPT} values (?, ?, ?, ?)", [name, value, company, now])
    told = []
    for name in sorted(known.keys() | new.keys()) if before else []:
        if name not in new:
            told.append(f"{name}: {_shown(known[name])} is no longer kept, the mapping is silent")
        elif name not in known:
            told.append(f"{name}: {_shown(new[name])} is new")
        elif known[name] != new[name]:
            told.append(f"{name}: {_shown(new[name])} replaces {_shown(known[name])}")
    return told


def settings_of_load(
    project: Path, kept: Kept | None, stated: Mapping[str, Any], *, append: bool
) -> dict[str, Any]:
    """Return the settings by which files are read: those that their build will have.

    Args:
        project: folder of dbt_project.yml.
        kept: what the load before kept.
        stated: what the mapping states.
        append: whether rows are added: what the mapping does not state is as it was kept.
    """
    before = kept.values if kept and append else {}
    return {**project_settings(project), **before, **stated}


def project_settings(project: Path) -> dict[str, Any]:
    """Return the vars of dbt_project.yml."""
    from touchstone.load.contract import read_yaml

    return dict(read_yaml(project / "dbt_project.yml")["vars"])


def setting_rules(project: Path) -> dict[str, Mapping[str, Any]]:
    """Return what each var may be, as the YAML of quality.settings says."""
    from touchstone.load.contract import read_yaml

    [model] = read_yaml(project / RULES_FILE)["models"]
    return dict(model["config"]["meta"]["setting_rules"])


def check_settings(project: Path, settings: Mapping[str, Any], where: str) -> None:
    """Refuse settings that cannot be.

    Args:
        project: folder of dbt_project.yml.
        settings: names and values.
        where: what states them, for the message.

    Raises:
        UserError: says all that is wrong, a sentence each.
    """
    rules = setting_rules(project)
    problems = []
    for name, value in settings.items():
        if name not in rules:
            problems.append(f"there is no var {name}{near(name, rules)}")
        elif problem := setting_problem(project, name, value, rules[name]):
            problems.append(problem)
    if problems:
        raise UserError(f"{where}: " + "\n  ".join(problems))


def setting_problem(project: Path, name: str, value: Any, rule: Mapping[str, Any]) -> str | None:
    """Return a sentence about a value that a setting cannot have; None when it can."""
    said = f"{name} is {_shown(value)!r}"
    choices = rule.get("one_of")
    kind = rule.get("kind")
    if choices is not None:
        fits = any(value is one or (isinstance(one, str) and value == one) for one in choices)
        is_left_open = name == "raw_data" and not value
        if fits or is_left_open:
            return None
        return f"{said}; it must be one of: {', '.join(_shown(one) for one in choices)}"
    if kind == "number":
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if is_whole and rule["lowest"] <= value <= rule["highest"]:
            return None
        return f"{said}; it must be a whole number from {rule['lowest']} to {rule['highest']}"
    if kind == "day" and value not in ("", None):
        return None if _is_day(value) else f"{said}; it must be a day, YYYY-MM-DD"
    if kind == "currency":
        return _currency_problem(project, said, value)
    if kind == "zone" and (problem := zone_problem(value)):
        return f"{said}, which {problem}"
    if kind == "names" and not (
        isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
    ):
        return f"{said}; it must say a name for each system, such as {{crm: salesforce}}"
    return None


def zone_problem(value: object) -> str | None:
    """Return what is wrong with the name of a time zone, after its name; None when it is one."""
    known = zoneinfo.available_timezones()
    if value in known:
        return None
    return f"is no time zone; use an IANA name such as Europe/Berlin{near(str(value), known)}"


def _currency_problem(project: Path, said: str, value: Any) -> str | None:
    codes = [row["currency_code"] for row in read_rows(project / CURRENCIES_FILE)]
    if str(value).upper() in codes:
        return None
    return (
        f"{said}; it must be an ISO 4217 code such as EUR, one of {CURRENCIES_FILE.as_posix()}"
        f"{near(str(value), codes)}"
    )


def _is_day(value: Any) -> bool:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return True
    try:
        return datetime.date.fromisoformat(str(value)).isoformat() == str(value)
    except ValueError:
        return False


def near(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean x?", else the whole list when it is short, else nothing."""
    names = sorted(known)
    by_lower = {name.lower(): name for name in names}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {by_lower[close[0]]}?"
    return f"; there are {', '.join(names)}" if len(names) <= 20 else ""


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def keep_for_dbt(project: Path, warehouse: Path, env_file: Path | None = None) -> Path | None:
    """Say to plain `dbt build` in the project's folder that its warehouse holds a loaded company.

    dbt reads a file .env of the current folder; what it says is known while dbt reads the project,
    which is when it decides between the seeds of the sample and the loaded tables. Other lines of
    the file stay.

    Args:
        project: folder of dbt_project.yml.
        warehouse: the file that was loaded into; another than the project's own says nothing.
        env_file: the file to write; None: .env of the project.

    Returns:
        The file when it was written or says so already.
    """
    if warehouse != project / "touchstone.duckdb":
        return None
    path = env_file or project / ".env"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kept = without_mark(lines)
    path.write_text("\n".join([*kept, *MARKED, ""]), encoding="utf-8")
    return path


MARKED = (
    "# written by touchstone load: what `dbt build` here builds; remove both lines for the sample",
    f"{RAW_DATA_VARIABLE}={LOADED}",
)


def without_mark(lines: Sequence[str]) -> list[str]:
    """Return the lines of a .env file without those that a load wrote."""
    return [line for line in lines if line not in MARKED]
