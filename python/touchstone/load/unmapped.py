"""What a loaded company says that no definition knows: stages, statuses, sources, currencies.

Found before anything is built, with counts and the rows to add.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from touchstone.load.contract import Column, Table
from touchstone.load.files import quoted
from touchstone.load.landed import address, usable_if
from touchstone.load.vocabulary import VOCABULARIES, Vocabulary, read_names, rows_to_add, unknown

# Amounts, the currency beside them, and the day their rate is of.
_CURRENCIES = (
    ("crm.opportunities", "currency_iso_code"),
    ("crm.campaigns", "currency_iso_code"),
    ("finance.campaign_costs", "currency_iso_code"),
    ("finance.revenue_plan", "currency_iso_code"),
    ("google_ads.accounts", "currency_code"),
    ("linkedin_ads.accounts", "currency"),
    ("facebook_ads.accounts", "currency"),
)
_REFERENCES = (
    ("crm.campaign_members", "campaign_id"),
    ("crm.opportunities", "campaign_id"),
    ("crm.campaigns", "parent_id"),
    ("finance.campaign_costs", "campaign_id"),
)
_CORPORATE = "crm.conversion_rates"


@dataclass
class Unmapped:
    """Values of one column that nothing knows, with how many rows have each."""

    kind: str
    tables: list[str]
    column: str
    values: dict[str, int]
    consequence: str
    goes_to: str = ""
    rows: str = ""

    @property
    def row_count(self) -> int:
        """All rows that have such a value."""
        return sum(self.values.values())


@dataclass
class _Loaded:
    """The tables of one load, as they landed."""

    connection: duckdb.DuckDBPyConnection
    contract: Mapping[str, Table]
    columns: Mapping[str, list[str]] = field(default_factory=dict)

    def has(self, label: str, column: str) -> bool:
        """Whether a table was loaded with a column."""
        return column in self.columns.get(label, [])

    def counted(self, label: str, value: str, condition: str = "true") -> dict[str, int]:
        """Return the values of an expression over the usable rows of a table, often first."""
        table = self.contract[label]
        mapped = [column for column in table.columns if column.name in self.columns[label]]
        found = self.connection.execute(
            f"select trim({value}) as value, count(*) from {address(table)} "
            f"where {value} is not null and {usable_if(table, mapped)} and ({condition}) "
            f"{_and_not_deleted(mapped)} group by all order by 2 desc, 1"
        ).fetchall()
        return {str(value): int(count) for value, count in found}


def _and_not_deleted(mapped: Iterable[Column]) -> str:
    if any(column.name == "is_deleted" for column in mapped):
        return "and not coalesce(try_cast(is_deleted as boolean), false)"
    return ""


def find_unmapped(
    connection: duckdb.DuckDBPyConnection,
    contract: Mapping[str, Table],
    columns: Mapping[str, list[str]],
    project: Path,
    reporting_currency: str,
) -> list[Unmapped]:
    """Return what the tables of a load say that nothing knows.

    Args:
        connection: where the tables have landed.
        contract: the source tables.
        columns: the columns that were loaded, by table.
        project: folder of the definitions.
        reporting_currency: the currency that needs no rate.
    """
    loaded = _Loaded(connection, contract, columns)
    return [
        *_names(loaded, project),
        *_member_statuses(loaded, project),
        *_currencies(loaded, project, reporting_currency),
        *_campaigns(loaded),
    ]


def _names(loaded: _Loaded, project: Path) -> list[Unmapped]:
    found: dict[str, Unmapped] = {}
    for vocabulary in VOCABULARIES:
        if not loaded.has(vocabulary.table, vocabulary.column):
            continue
        condition = "true"
        if vocabulary.column == "new_value":
            condition = "replace(replace(lower(field), '__c', ''), ' ', '') = 'status'"
        values = loaded.counted(vocabulary.table, quoted(vocabulary.column), condition)
        strange = unknown(vocabulary, read_names(project, vocabulary), values)
        if not strange:
            continue
        one = found.setdefault(
            vocabulary.definition,
            Unmapped(
                vocabulary.says,
                [],
                vocabulary.column,
                {},
                vocabulary.without,
                f"seeds/definitions/{vocabulary.definition}.csv",
            ),
        )
        one.tables.append(vocabulary.table)
        for value, count in strange.items():
            one.values[value] = one.values.get(value, 0) + count
    for definition, one in found.items():
        vocabulary = next(item for item in VOCABULARIES if item.definition == definition)
        answers = _stage_answers(loaded, one.values) if definition == "opportunity_stages" else {}
        one.rows = rows_to_add(project, vocabulary, one.values, answers)
    return list(found.values())


def _stage_answers(loaded: _Loaded, values: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return what the flags of the deals say of a stage, where all of them say the same."""
    label = "crm.opportunities"
    if not (loaded.has(label, "is_closed") and loaded.has(label, "is_won")):
        return {}
    rows = loaded.connection.execute(
        "select trim(stage_name), min(try_cast(is_closed as boolean)), "
        "min(try_cast(is_won as boolean)) "
        f"from {address(loaded.contract[label])} where stage_name is not null group by 1 "
        "having count(distinct (try_cast(is_closed as boolean), try_cast(is_won as boolean))) = 1"
    ).fetchall()
    answers = {}
    for stage, is_closed, is_won in rows:
        if stage not in set(values) or is_closed is None:
            continue
        answers[stage] = {"is_closed": str(is_closed).lower()}
        if not is_closed or is_won is not None:
            answers[stage]["is_won"] = str(bool(is_won)).lower()
        if is_closed and is_won is not None:
            answers[stage] |= {
                "canonical_stage": "closed_won" if is_won else "closed_lost",
                "stage_order": "6" if is_won else "7",
                "is_pipeline": str(bool(is_won)).lower(),
            }
    return answers


def _member_statuses(loaded: _Loaded, project: Path) -> list[Unmapped]:
    label = "crm.campaign_members"
    if not loaded.has(label, "status"):
        return []
    vocabulary = Vocabulary(
        label,
        "status",
        "member_statuses",
        "member_status",
        True,
        "whether these members responded is not known: they are no touches",
        "statuses of campaign members",
        (("has_responded", "true|false"),),
    )
    # a flag or a date of the response says as much as the status
    told = [name for name in ("has_responded", "first_responded_date") if loaded.has(label, name)]
    condition = " and ".join(f"{name} is null" for name in told) or "true"
    values = loaded.counted(label, "status", condition)
    strange = unknown(vocabulary, read_names(project, vocabulary), values)
    if not strange:
        return []
    rows = rows_to_add(project, vocabulary, strange, {}, {"campaign_type": "*"})
    goes_to = "seeds/definitions/member_statuses.csv"
    return [
        Unmapped(vocabulary.says, [label], "status", strange, vocabulary.without, goes_to, rows)
    ]


def _currencies(loaded: _Loaded, project: Path, reporting_currency: str) -> list[Unmapped]:
    rated: set[str] = {reporting_currency.upper()}
    if loaded.has(_CORPORATE, "iso_code"):
        rated |= {code.upper() for code in loaded.counted(_CORPORATE, "iso_code")}
    with (project / "seeds" / "definitions" / "currencies.csv").open(encoding="utf-8") as stream:
        codes = {row["currency_code"] for row in csv.DictReader(stream)}
    without: dict[str, int] = {}
    strange: dict[str, int] = {}
    tables: list[str] = []
    for label, column in _CURRENCIES:
        if not loaded.has(label, column):
            continue
        for code, count in loaded.counted(label, f"upper({quoted(column)})").items():
            kept = without if code in codes else strange
            if code not in rated or code not in codes:
                kept[code] = kept.get(code, 0) + count
                tables.append(label)
    found = []
    if strange:
        found.append(
            Unmapped(
                "currencies that are no ISO 4217 code",
                list(dict.fromkeys(tables)),
                "currency",
                strange,
                "amounts in them are left out; map them with `values:`",
            )
        )
    if without:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["id", "iso_code", "start_date", "next_start_date", "conversion_rate"])
        writer.writerows([code, code, "?", "", "?"] for code in without)
        found.append(
            Unmapped(
                "currencies without a rate",
                list(dict.fromkeys(tables)),
                "currency",
                without,
                f"amounts in them are left out of {reporting_currency}",
                f"a file of {_CORPORATE} (units of the currency for one {reporting_currency})",
                text.getvalue(),
            )
        )
    return found


def _campaigns(loaded: _Loaded) -> list[Unmapped]:
    there = "select null where false"
    if loaded.has("crm.campaigns", "id"):
        there = f"select {_as_one('id')} from {address(loaded.contract['crm.campaigns'])}"
    found = []
    for label, column in _REFERENCES:
        if not loaded.has(label, column):
            continue
        missing = f"{_as_one(column)} not in ({there})"
        values = loaded.counted(label, column, missing)
        if values:
            found.append(
                Unmapped(
                    "campaigns that are not there",
                    [label],
                    column,
                    values,
                    "their results have no name, type or channel; export these campaigns too",
                )
            )
    return found


def _as_one(column: str) -> str:
    # both spellings of a CRM's id begin with the same fifteen characters
    return f"case when length({column}) in (15, 18) then left({column}, 15) else {column} end"
