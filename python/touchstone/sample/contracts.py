"""The source contracts of models/staging: the columns of a raw table, their order and types."""

import re
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import yaml

from touchstone.errors import UserError

SIMPLE_TYPES = {
    "varchar": pa.string(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}


@dataclass(frozen=True)
class Contract:
    """One raw table."""

    system: str
    table: str
    types: dict[str, str]  # column -> type, in the order of the contract
    key: tuple[str, ...]  # the columns that name a row

    @property
    def name(self) -> str:
        """The name of the seed: system and table."""
        return f"{self.system}__{self.table}"

    def schema(self) -> pa.Schema:
        """Return the columns as Arrow types."""
        return pa.schema([(name, arrow_type(kind)) for name, kind in self.types.items()])


def arrow_type(kind: str) -> pa.DataType:
    """Return the Arrow type of a contract's type."""
    if kind in SIMPLE_TYPES:
        return SIMPLE_TYPES[kind]
    decimal = re.fullmatch(r"decimal\((\d+), *(\d+)\)", kind)
    if decimal is None:
        raise UserError(
            f"the source contracts have a column of type {kind!r}, which the sample cannot write; "
            f"use one of {', '.join(SIMPLE_TYPES)} or decimal(p, s)"
        )
    return pa.decimal128(int(decimal[1]), int(decimal[2]))


def read_contracts(project: Path) -> dict[tuple[str, str], Contract]:
    """Return the contracts of all raw tables."""
    contracts = {}
    for path in sorted((project / "models" / "staging").glob("*/_*.yml")):
        for source in yaml.safe_load(path.read_text(encoding="utf-8")).get("sources", []):
            for table in source["tables"]:
                meta = table["config"]["meta"]
                types = {column["name"]: column["data_type"] for column in table["columns"]}
                for name in meta.get("sample_leaves_out", []):
                    del types[name]
                key = (source["name"], table["name"])
                contracts[key] = Contract(*key, types, tuple(meta["key"]))
    if not contracts:
        raise UserError(
            f"no source contracts (models/staging/<system>/_<system>.yml) under {project}"
        )
    return contracts
