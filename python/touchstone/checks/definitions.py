"""The guards as they are agreed: rows of seeds/definitions/guards.csv."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from touchstone.checks.rules import RULES
from touchstone.checks.seeds import read_rows
from touchstone.errors import UserError

GUARDS_FILE = Path("seeds") / "definitions" / "guards.csv"
COLUMNS = (
    "guard",
    "edge",
    "table_name",
    "rule",
    "parameters",
    "severity",
    "statement",
    "definition",
    "reason",
    "version",
    "agreed_by",
    "valid_from",
)
EDGES = ("in", "out")
SEVERITIES = ("stop", "warn")
EVERY_TABLE = "*"


@dataclass(frozen=True)
class Guard:
    """One agreed expectation of one table, or of every table of an edge."""

    name: str
    edge: str
    table_name: str
    rule: str
    parameters: Mapping[str, str]
    severity: str
    statement: str
    definition: str
    reason: str
    version: int
    agreed_by: str
    valid_from: datetime.date

    def covers(self, label: str) -> bool:
        """Say whether the guard speaks of this table."""
        if self.table_name != EVERY_TABLE:
            return self.table_name == label
        return label not in self.parameters.get("except", "").split("|")


def read_guards(project: Path, today: datetime.date) -> list[Guard]:
    """Read the guards that are valid today: of several versions of one, the newest."""
    path = project / GUARDS_FILE
    if not path.exists():
        raise UserError(f"{path} does not exist; get it back with: git checkout {GUARDS_FILE}")
    newest: dict[str, Guard] = {}
    for number, row in enumerate(read_rows(path), start=2):
        guard = _guard(row, f"{GUARDS_FILE}, line {number}")
        known = newest.get(guard.name)
        if guard.valid_from <= today and (known is None or known.version < guard.version):
            newest[guard.name] = guard
    return list(newest.values())


def _guard(row: Mapping[str, str], where: str) -> Guard:
    lacking = [name for name in COLUMNS if not row.get(name) and name != "parameters"]
    if lacking:
        raise UserError(f"{where}: no value for {', '.join(lacking)}; every guard says all of them")
    _one_of(row["edge"], EDGES, "edge", where)
    _one_of(row["severity"], SEVERITIES, "severity", where)
    _one_of(row["rule"], RULES, "rule", where)
    rule = RULES[row["rule"]]
    parameters = _parameters(row["parameters"] or "", where)
    wrong = [name for name in parameters if name not in (*rule.needs, *rule.takes)]
    wrong += [name for name in rule.needs if name not in parameters]
    if wrong:
        raise UserError(
            f"{where}: the rule {row['rule']} and the parameters do not fit ({', '.join(wrong)}); "
            f"it needs {', '.join(rule.needs) or 'none'} and may have {', '.join(rule.takes)}"
        )
    try:
        version, valid_from = int(row["version"]), datetime.date.fromisoformat(row["valid_from"])
        float(parameters.get("share_at_most", 0))
    except ValueError as error:
        raise UserError(
            f"{where}: {error}; version is a whole number, valid_from a date (YYYY-MM-DD), "
            "share_at_most a number from 0 to 1"
        ) from error
    return Guard(
        name=row["guard"],
        edge=row["edge"],
        table_name=row["table_name"],
        rule=row["rule"],
        parameters=parameters,
        severity=row["severity"],
        statement=row["statement"],
        definition=row["definition"],
        reason=row["reason"],
        version=version,
        agreed_by=row["agreed_by"],
        valid_from=valid_from,
    )


def _parameters(text: str, where: str) -> dict[str, str]:
    parameters = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, is_given, value = part.partition("=")
        if not is_given or not value.strip():
            raise UserError(f"{where}: '{part}' is no parameter; write name=value; name=value")
        parameters[name.strip()] = value.strip()
    return parameters


def _one_of(value: str, allowed: Iterable[str], what: str, where: str) -> None:
    if value not in allowed:
        raise UserError(f"{where}: '{value}' is no {what}; there are {', '.join(sorted(allowed))}")
