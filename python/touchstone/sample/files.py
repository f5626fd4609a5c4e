"""The edge: tables to files, one per raw table, CSV or Parquet."""

import csv
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from touchstone.sample.contracts import Contract


class Writer:
    """Writes tables in parts: a part for each block of accounts."""

    def __init__(self, folder: Path, file_format: str) -> None:
        """Write under the folder, as csv or parquet."""
        self.folder = folder
        self.file_format = file_format
        self.rows: dict[str, int] = {}
        self._open: dict[Path, Any] = {}

    def write(self, path: str, table: pa.Table) -> None:
        """Add a table to the file at the path (without ending) under the folder."""
        target = self.folder / f"{path}.{self.file_format}"
        self.rows[path] = self.rows.get(path, 0) + table.num_rows
        if self.file_format == "parquet":
            if target not in self._open:
                target.parent.mkdir(parents=True, exist_ok=True)
                self._open[target] = pq.ParquetWriter(target, table.schema, compression="zstd")
            self._open[target].write_table(table)
            return
        is_new = target not in self._open
        if is_new:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._open[target] = target.open("w", encoding="utf-8", newline="")
        write_csv(self._open[target], table, with_header=is_new)

    def close(self) -> None:
        """Close all files."""
        for handle in self._open.values():
            handle.close()
        self._open.clear()


def write_csv(handle: Any, table: pa.Table, *, with_header: bool) -> None:
    """Write rows as text; quotes only where needed, '\\n' at the end of a line on every system."""
    writer = csv.writer(handle, lineterminator="\n")
    if with_header:
        writer.writerow(table.column_names)
    for batch in table.to_batches(max_chunksize=50_000):
        columns = [[as_text(value) for value in column.to_pylist()] for column in batch.columns]
        writer.writerows(zip(*columns, strict=True))


def as_text(value: object) -> str:
    """Return a value as a CSV field: no value is empty, an amount has no needless zeros."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        digits = f"{value:f}"
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def in_contract(contract: Contract, columns: dict[str, Any]) -> pa.Table:
    """Return the columns in the order and types of the contract; they must be the same."""
    if set(columns) != set(contract.types):
        missing = sorted(set(contract.types) - set(columns))
        surplus = sorted(set(columns) - set(contract.types))
        raise ValueError(f"{contract.name}: missing {missing}, not in the contract {surplus}")
    schema = contract.schema()
    arrays = [columns[field.name].cast(field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)
