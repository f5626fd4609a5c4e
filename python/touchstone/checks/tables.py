"""The tables that guards look at: each raw table by its contract, each public mart as it is."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from touchstone.checks.seeds import read_rows
from touchstone.load.contract import ENDS_OF_VERSIONS, STARTS_OF_VERSIONS, read_contract, read_yaml
from touchstone.load.contract import Table as Contract
from touchstone.load.files import quoted

# As the macro raw_other_names in macros/raw.sql: what other loaders call Fivetran's columns.
_OTHER_NAMES = {
    "is_deleted": ("_fivetran_deleted",),
    "_fivetran_synced": (
        "_airbyte_extracted_at",
        "_airbyte_emitted_at",
        "_sdc_batched_at",
        "_sdc_extracted_at",
        "_sdc_received_at",
        "system_modstamp",
    ),
}
# What else says which of several rows with one key counts.
_VERSIONS = (*ENDS_OF_VERSIONS, *STARTS_OF_VERSIONS, "_load_number")
VERSION = "_version"
UNREADABLE, LACKING = "_is_unreadable", "_lacks_a_value"


@dataclass(frozen=True)
class Guarded:
    """One table under guard.

    `rows` is a relation in parentheses or a name, with the columns of the contract in their types;
    None when the table is not in the warehouse. `columns` gives those types, `missing` the columns
    that the contract names and the table lacks: they read as empty. The rows of a source also say
    whether a value cannot be read (UNREADABLE), whether a required one is empty (LACKING), and what
    loader and load say of their version (VERSION).
    """

    label: str
    edge: str
    rows: str | None
    columns: Mapping[str, str]
    key: tuple[str, ...]
    missing: frozenset[str] = frozenset()
    landed: str | None = None
    required: tuple[str, ...] = ()
    latest_by: str | None = None
    is_required: bool = False
    needed_for: str = ""

    @property
    def row_key(self) -> str:
        """Return the key of a row as one text: what a report may say of a row."""
        parts = [f"coalesce(cast({quoted(name)} as varchar), '')" for name in self.key]
        return " || '|' || ".join(parts)


# The columns of each table by simplified name: their name and type.
Catalog = Mapping[tuple[str, str, str], Mapping[str, tuple[str, str]]]


def read_catalog(connection: duckdb.DuckDBPyConnection) -> Catalog:
    """Return every table of the warehouse and of what is attached to it."""
    found: dict[tuple[str, str, str], dict[str, tuple[str, str]]] = {}
    rows = connection.execute(
        "select database_name, schema_name, table_name, column_name, data_type "
        "from duckdb_columns() where not internal order by column_index"
    ).fetchall()
    for database, schema, table, column, data_type in rows:
        columns = found.setdefault((database, schema, table), {})
        columns.setdefault(_simplified(column), (column, data_type))
    return found


def read_sources(project: Path, catalog: Catalog, settings: Mapping[str, Any]) -> list[Guarded]:
    """Return every source table of the contracts, met with what has landed."""
    listed = _needs(project)
    tables = []
    for contract in read_contract(project).values():
        found = _landed(contract, catalog, settings)
        is_required, needed_for = listed.get((contract.system, contract.name), (False, ""))
        tables.append(_source(contract, found, is_required, needed_for))
    return tables


def read_marts(project: Path, catalog: Catalog) -> list[Guarded]:
    """Return every public mart: its contract and key are in the YAML beside its SQL."""
    built = {(schema, name) for _, schema, name in catalog}
    marts = []
    for path in sorted((project / "models" / "marts").glob("*/*.yml")):
        for model in read_yaml(path).get("models", []):
            schema, name = path.parent.name, model["name"]
            columns = {column["name"]: str(column["data_type"]) for column in model["columns"]}
            is_built = (schema, name) in built
            marts.append(
                Guarded(
                    label=f"{schema}.{name}",
                    edge="out",
                    rows=f"{quoted(schema)}.{quoted(name)}" if is_built else None,
                    columns=columns,
                    key=_mart_key(model, columns),
                )
            )
    return marts


def is_loaded(catalog: Catalog, variables: Mapping[str, Any]) -> bool:
    """Say whether raw data are the user's: as the var says, else as the warehouse shows."""
    if "raw_data" in variables:
        return bool(variables["raw_data"] == "loaded")
    return not any(schema == "raw" for _, schema, _ in catalog)


def _landed(
    contract: Contract,
    catalog: Catalog,
    settings: Mapping[str, Any],
) -> tuple[str, Mapping[str, tuple[str, str]]] | None:
    if settings["raw_data"] == "sample":
        database, schema, name = None, "raw", f"{contract.system}__{contract.name}"
    else:
        database = (settings.get("source_databases") or {}).get(contract.system)
        schema = (settings.get("source_schemas") or {}).get(contract.system, contract.schema)
        name = contract.identifier
    for address, columns in catalog.items():
        is_there = address[1].lower() == schema.lower() and database in (None, address[0])
        if is_there and _simplified(address[2]) == _simplified(name):
            return ".".join(quoted(part) for part in address), columns
    return None


def _source(
    contract: Contract,
    found: tuple[str, Mapping[str, tuple[str, str]]] | None,
    is_required: bool,
    needed_for: str,
) -> Guarded:
    address, landed = found if found else (None, {})
    selected, unreadable, lacking, missing = [], [], [], set()
    for column in contract.columns:
        spellings = (column.name, *_OTHER_NAMES.get(column.name, ()))
        spelling = next((name for name in map(_simplified, spellings) if name in landed), None)
        if spelling is None:
            missing.add(column.name)
            value = f"cast(null as {column.data_type})"
        else:
            name, landed_type = landed[spelling]
            text = contract.usable(column.name, _text(quoted(name), landed_type))
            value, readable = _read(text, column.data_type)
            if column.data_type != "varchar":
                unreadable.append(f"({text} is not null and not coalesce({readable}, false))")
            if column.name in contract.required and column.name not in contract.anonymous_without:
                lacking.append(f"{text} is null")
        selected.append(f"{value} as {quoted(column.name)}")
    key = list(contract.key)
    for cut in (*contract.breaks_down_by, "_breakdown") if contract.is_cost else ():
        if cut not in key and _simplified(cut) in landed:
            selected.append(f"{_text(*_quoted(landed[_simplified(cut)]))} as {quoted(cut)}")
            key.append(cut)
    versions = [
        f"coalesce({_text(*_quoted(landed[_simplified(name)]))}, '')"
        for name in _VERSIONS
        if _simplified(name) in landed
    ]
    version = " || '|' || ".join(versions) or "''"
    selected.append(f"{version} as {VERSION}")
    selected.append(f"{' or '.join(unreadable) or 'false'} as {UNREADABLE}")
    selected.append(f"{' or '.join(lacking) or 'false'} as {LACKING}")
    return Guarded(
        label=contract.label,
        edge="in",
        rows=f"(select {', '.join(selected)} from {address})" if address else None,
        columns={column.name: column.data_type for column in contract.columns},
        key=tuple(key),
        missing=frozenset(missing),
        landed=address,
        required=contract.required,
        latest_by=contract.latest_by,
        is_required=is_required,
        needed_for=needed_for,
    )


def _quoted(landed: tuple[str, str]) -> tuple[str, str]:
    return quoted(landed[0]), landed[1]


def _text(name: str, landed_type: str) -> str:
    """Return a landed value as text; blank is no value."""
    if landed_type == "VARCHAR":
        return f"nullif(trim({name}), '')"
    if landed_type == "TIMESTAMP WITH TIME ZONE":
        return f"cast({name} at time zone 'UTC' as varchar)"
    return f"cast({name} as varchar)"


def _read(text: str, data_type: str) -> tuple[str, str]:
    """Return text in the contract's type, and the condition that it can be read.

    The rule is that of macros/portable/values.sql; a test holds both to the same rows.
    """
    if data_type == "varchar":
        return text, "true"
    value = f"try_cast({text} as {data_type})"
    if data_type == "timestamp":
        value = (
            f"case when regexp_matches({text}, ':[0-9.]+ ?[+-][0-9:]+$') "
            f"then try_cast({text} as timestamp with time zone) at time zone 'UTC' else {value} end"
        )
    in_range = data_type in ("date", "timestamp")
    return value, f"year({value}) between 1900 and 9998" if in_range else f"{value} is not null"


def _needs(project: Path) -> dict[tuple[str, str], tuple[bool, str]]:
    return {
        (row["source_system"], row["source_table"]): (
            row["is_required"] == "true",
            row["needed_for"],
        )
        for row in read_rows(project / "seeds" / "definitions" / "source_tables.csv")
    }


def _mart_key(model: Mapping[str, Any], columns: Iterable[str]) -> tuple[str, ...]:
    for column in model["columns"]:
        if any(_test_name(test) == "unique" for test in column.get("data_tests", [])):
            return (column["name"],)
    for test in model.get("data_tests", []):
        if _test_name(test) == "is_unique":
            return tuple(test["is_unique"]["arguments"]["columns"])
    # a table that promises no key is told by its first columns, which are ids and categories
    return tuple(columns)[:4]


def _test_name(test: object) -> str:
    return test if isinstance(test, str) else next(iter(test), "") if isinstance(test, dict) else ""


def _simplified(name: str) -> str:
    return re.sub("__c$", "", name.lower()).replace("_", "")
