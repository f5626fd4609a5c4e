"""The source tables the project needs, as models/staging/*/_*.yml says: the one source of truth."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from touchstone.errors import UserError

Kind = Literal["text", "whole number", "number", "date", "timestamp", "yes or no"]

# the parser in C is ten times as fast, and not in every build of PyYAML
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_KINDS: dict[str, Kind] = {
    "varchar": "text",
    "bigint": "whole number",
    "decimal": "number",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "yes or no",
}

# What loaders say of the version of a row beside its stamp, as raw_versions in macros/raw.sql:
# by the first line a row is deleted, by the second superseded, by the third newer.
DELETION_MARKS = ("_fivetran_deleted", "_ab_cdc_deleted_at", "_sdc_deleted_at")
ENDS_OF_VERSIONS = ("_fivetran_active", "_dlt_valid_to", "dbt_valid_to")
STARTS_OF_VERSIONS = {"_fivetran_start": "timestamp", "_dlt_load_id": "decimal(38, 9)"}
# What loaders call the moment they landed a row, as raw_other_names in macros/raw.sql.
LANDED_AT = "_fivetran_synced"
STAMPS_OF_LOADERS = (
    LANDED_AT,
    "_airbyte_extracted_at",
    "_airbyte_emitted_at",
    "_sdc_batched_at",
    "_sdc_extracted_at",
)
VERSION_COLUMNS = (*DELETION_MARKS, *ENDS_OF_VERSIONS, *STARTS_OF_VERSIONS)


@dataclass(frozen=True)
class Column:
    """One column of a source table."""

    name: str
    data_type: str

    @property
    def kind(self) -> Kind:
        """What a value of this column is, in a user's words."""
        return _KINDS[self.data_type.split("(")[0].strip()]


@dataclass(frozen=True)
class Table:
    """One source table: where it lands and what its rows must have."""

    system: str
    name: str
    identifier: str
    description: str
    without: str
    key: tuple[str, ...]
    required: tuple[str, ...]
    latest_by: str | None
    columns: tuple[Column, ...]
    is_cost: bool = False
    breaks_down_by: tuple[str, ...] = ()
    anonymous_without: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    open_start: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The name a mapping uses, such as crm.leads."""
        return f"{self.system}.{self.name}"

    @property
    def schema(self) -> str:
        """The schema dbt reads it from."""
        return f"raw_{self.system}"

    def usable(self, name: str, text: str) -> str:
        """Return SQL for the value of a column: an id that is a placeholder is none.

        The rule is that of macros/placeholders.sql; a test holds both to the same rows.
        """
        if not (name == "id" or name.endswith("_id")) or not self.placeholders:
            return text
        words = ", ".join("'" + word.lower().replace("'", "''") + "'" for word in self.placeholders)
        condition = f"lower({text}) in ({words})"
        if "0" in self.placeholders:
            condition += f" or regexp_full_match({text}, '0[0-]*(AAA)?')"
        return f"(case when {condition} then null else {text} end)"

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)


def read_contract(project: Path) -> dict[str, Table]:
    """Return every source table by its label (crm.leads), in the order of the contract files."""
    tables: dict[str, Table] = {}
    with (project / "seeds" / "definitions" / "placeholders.csv").open(
        newline="", encoding="utf-8"
    ) as file:
        placeholders = tuple(row["placeholder"] for row in csv.DictReader(file))
    for path in sorted((project / "models" / "staging").glob("*/_*.yml")):
        for source in read_yaml(path).get("sources", []):
            for entry in source["tables"]:
                table = _table(source["name"], entry, placeholders)
                tables[table.label] = table
    if not tables:
        raise UserError(f"no source contracts (models/staging/*/_*.yml) in {project}")
    return tables


def read_yaml(path: Path) -> Any:
    """Read a YAML file of the project."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)


def _table(system: str, entry: dict[str, object], placeholders: tuple[str, ...]) -> Table:
    config = entry.get("config") or {}
    assert isinstance(config, dict)
    meta = config.get("meta", {})
    key = tuple(meta.get("key", ()))
    columns = entry["columns"]
    assert isinstance(columns, list)
    return Table(
        system=system,
        name=str(entry["name"]),
        identifier=str(entry.get("identifier", entry["name"])),
        description=str(entry.get("description", "")),
        without=str(meta.get("without", "")),
        key=key,
        required=tuple(meta.get("required", key)),
        latest_by=meta.get("latest_by"),
        columns=tuple(Column(column["name"], column["data_type"]) for column in columns),
        is_cost="cost" in meta,
        breaks_down_by=tuple(meta.get("cost", {}).get("breaks_down_by", ())),
        anonymous_without=tuple(meta.get("anonymous_without", ())),
        placeholders=placeholders,
        open_start=tuple(meta.get("open_start", ())),
    )
