"""Tools to spoil tables: change values, add copies, remove rows, and write down all of it."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from touchstone.sample.dice import Bools, Dice, Ints

Key = tuple[str, str]
ACCOUNTS: Key = ("crm", "accounts")
CONTACTS: Key = ("crm", "contacts")
LEADS: Key = ("crm", "leads")
LEAD_CHANGES: Key = ("crm", "lead_changes")
OPPORTUNITIES: Key = ("crm", "opportunities")
CHANGES: Key = ("crm", "opportunity_changes")
ROLES: Key = ("crm", "opportunity_contact_roles")
MEMBERS: Key = ("crm", "campaign_members")
TASKS: Key = ("crm", "tasks")

FAULT_COLUMNS = ("system_name", "table_name", "row_id", "column_name", "fault_id", "original_value")


class Spoiler:
    """The tables of a block while faults are put in; rows are addressed by position."""

    def __init__(self, tables: dict[Key, pa.Table], dice: Dice) -> None:
        """Take the tables to spoil."""
        self.tables = tables
        self.dice = dice
        self.log: list[pa.Table] = []
        self.texts: list[tuple[Key, str, int, str]] = []  # values that fit no type; CSV only
        self.copies: list[tuple[str, Any, Any]] = []  # kind of record, ids of copies, ids copied

    def values(self, key: Key, column: str) -> Any:
        """Return a column."""
        return self.tables[key].column(column).combine_chunks()

    def where(self, key: Key, column: str, *words: str) -> Bools:
        """Return which rows have one of the words."""
        found = pc.is_in(self.values(key, column), value_set=pa.array(words, type=pa.string()))
        return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)

    def empty(self, key: Key, column: str) -> Bools:
        """Return which rows have no value."""
        missing = pc.is_null(self.values(key, column))
        return np.asarray(missing.to_numpy(zero_copy_only=False), dtype=bool)

    def is_true(self, key: Key, column: str) -> Bools:
        """Return which rows are true."""
        filled = pc.fill_null(self.values(key, column), False)
        return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=bool)

    def some(self, key: Key, share: float, among: Bools | None = None, least: int = 1) -> Ints:
        """Return a share of the rows (at least some), in order; fewer when there are fewer."""
        candidates = np.arange(self.tables[key].num_rows)
        if among is not None:
            candidates = candidates[among]
        wanted = min(len(candidates), max(least, int(len(candidates) * share)))
        order = np.argsort(self.dice.uniform(len(candidates)), kind="stable")
        return np.sort(candidates[order[:wanted]])

    def change(self, key: Key, column: str, rows: Ints, values: Any, fault: str) -> None:
        """Put values (one for each row, or one for all) in place of those in the rows."""
        if not len(rows):
            return
        old = self.values(key, column)
        self.note(key, rows, column, fault, old.take(pa.array(rows)))
        if isinstance(values, str | bool | int) or values is None:
            values = pa.array([values] * len(rows), type=old.type)
        mask = np.zeros(len(old), dtype=bool)
        mask[rows] = True
        new = pc.replace_with_mask(old, pa.array(mask), values.cast(old.type))
        table = self.tables[key]
        self.tables[key] = table.set_column(table.column_names.index(column), column, new)

    def note(self, key: Key, rows: Ints, column: str, fault: str, original: Any = None) -> None:
        """Write down a fault of some rows."""
        table, count = self.tables[key], len(rows)
        ids = table.column(0).combine_chunks().take(pa.array(rows)).cast(pa.string())
        was = pa.nulls(count, pa.string()) if original is None else original.cast(pa.string())
        words = [pa.array([word] * count, type=pa.string()) for word in (*key, column, fault)]
        self.log.append(
            pa.Table.from_arrays([words[0], words[1], ids, words[2], words[3], was], FAULT_COLUMNS)
        )

    def copy(self, key: Key, rows: Ints, changes: dict[str, Any], fault: str) -> Ints:
        """Append copies of rows with some columns changed; return their positions."""
        table = self.tables[key]
        added = table.take(pa.array(rows))
        for column, values in changes.items():
            kind = added.schema.field(column).type
            if isinstance(values, str | bool | int) or values is None:
                values = pa.array([values] * len(rows), type=kind)
            place = added.column_names.index(column)
            added = added.set_column(place, column, values.cast(kind))
        self.tables[key] = pa.concat_tables([table, added]).combine_chunks()
        positions = np.arange(table.num_rows, table.num_rows + len(rows))
        self.note(
            key, positions, table.column_names[0], fault, table.column(0).take(pa.array(rows))
        )
        return positions

    def remove(self, key: Key, rows: Ints, fault: str) -> None:
        """Take rows away."""
        self.note(
            key, rows, self.tables[key].column_names[0], fault, self.values(key, "id").take(rows)
        )
        keep = np.ones(self.tables[key].num_rows, dtype=bool)
        keep[rows] = False
        self.tables[key] = self.tables[key].filter(pa.array(keep))

    def break_text(self, key: Key, column: str, rows: Ints, texts: list[str], fault: str) -> None:
        """Write texts that are no value of the column's type (into CSV files only)."""
        self.note(key, rows, column, fault, self.values(key, column).take(pa.array(rows)))
        for turn, row in enumerate(rows):
            self.texts.append((key, column, int(row), texts[turn % len(texts)]))

    def faults(self) -> pa.Table:
        """Return everything written down."""
        schema = pa.schema([(name, pa.string()) for name in FAULT_COLUMNS])
        return pa.concat_tables([schema.empty_table(), *self.log]).combine_chunks()


def with_texts(
    tables: dict[Key, pa.Table], texts: list[tuple[Key, str, int, str]], write: Any
) -> None:
    """Put the texts into the tables; their columns become text, written by `write`."""
    for key, column in sorted({(text[0], text[1]) for text in texts}):
        table = tables[key]
        values = [write(value) or None for value in table.column(column).to_pylist()]
        for text in texts:
            if (text[0], text[1]) == (key, column):
                values[text[2]] = text[3]
        place = table.column_names.index(column)
        tables[key] = table.set_column(place, column, pa.array(values, type=pa.string()))


def later(values: Any, seconds: Ints) -> Any:
    """Return timestamps moved by seconds."""
    return pc.add(values, pa.array(seconds).cast(pa.duration("s")).cast(pa.duration("us")))
