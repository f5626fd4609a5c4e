"""Tools to spoil tables: change values, add copies, remove rows, and write down all of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from touchstone.sample.columns import long_ids
from touchstone.sample.contracts import Contract
from touchstone.sample.dice import Bools, Dice, Ints
from touchstone.sample.parameters import Settings, usual_faults

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
EVENTS: Key = ("crm", "events")

FAULT_COLUMNS = ("system_name", "table_name", "row_id", "column_name", "fault_id", "original_value")
GONE = "gone"
COPY_NUMBERS = 400_000_000  # copies get ids from here on, apart from all others
COPY_SPACE = 200_000  # numbers for the copies of a block


class Numbers:
    """Gives out numbers for new ids."""

    def __init__(self, first: int) -> None:
        """Start at a number."""
        self.next = first

    def take(self, count: int) -> Ints:
        """Return the next numbers."""
        self.next += count
        return np.arange(self.next - count, self.next, dtype=np.int64)


class Spoiler:
    """The tables of a block while faults are put in; rows are addressed by position."""

    def __init__(
        self,
        tables: dict[Key, pa.Table],
        dice: Dice,
        settings: Settings,
        contracts: Mapping[Key, Contract],
        *,
        as_csv: bool,
        block: int = 0,
        number_from: int = 0,
    ) -> None:
        """Take the tables to spoil; page views and cookies that are added count from a number."""
        self.tables = tables
        self.dice = dice
        self.settings = settings
        self.contracts = contracts
        self.as_csv = as_csv
        self.block = block
        self.number_from = number_from
        self.numbers = Numbers(COPY_NUMBERS + block * COPY_SPACE)
        self.log: list[pa.Table] = []
        # rows of which nothing can be seen but the fault that took them away (GONE: not even that)
        self.hidden: dict[tuple[str, str, str], str] = {}
        self.texts: list[tuple[Key, str, int, str]] = []  # values that fit no type; CSV only
        self.copies: list[tuple[str, Any, Any]] = []  # kind of record, ids of copies, ids copied

    def has(self, fault: str) -> bool:
        """Say whether the company has a fault."""
        return self.settings.has(fault)

    @property
    def is_kept_sample(self) -> bool:
        """Say whether these are the faults of the kept sample, whose bytes stay as they are."""
        return self.settings.faults == usual_faults()

    def row_keys(self, key: Key, rows: Ints) -> Any:
        """Return the keys of rows as the door to raw data writes them."""
        parts = []
        for name in self.contracts[key].key:
            values = self.values(key, name).take(pa.array(rows))
            if pa.types.is_timestamp(values.type):
                values = values.cast(pa.timestamp("s"))
            parts.append(pc.fill_null(values.cast(pa.string()), ""))
        return long_ids(pc.binary_join_element_wise(*parts, "|"))

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

    def change(
        self, key: Key, column: str, rows: Ints, values: Any, fault: str | None = None
    ) -> None:
        """Put values (one for each row, or one for all) in place of those in the rows.

        Without a fault nothing is written down: another row tells it, or what sees it later.
        """
        if not len(rows):
            return
        old = self.values(key, column)
        if fault:
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
        ids, count = self.row_keys(key, rows), len(rows)
        was = pa.nulls(count, pa.string()) if original is None else original.cast(pa.string())
        words = [pa.array([word] * count, type=pa.string()) for word in (*key, column, fault)]
        self.log.append(
            pa.Table.from_arrays([words[0], words[1], ids, words[2], words[3], was], FAULT_COLUMNS)
        )

    def written_down(self) -> pa.Table:
        """Return the faults of all rows so far."""
        schema = pa.schema([(name, pa.string()) for name in FAULT_COLUMNS])
        return pa.concat_tables([schema.empty_table(), *self.log]).combine_chunks()

    def noted(self, key: Key, fault: str) -> Bools:
        """Return which rows have a fault written down."""
        table = self.written_down()
        of_key = pc.and_(
            pc.equal(table.column("table_name"), key[1]), pc.equal(table.column("fault_id"), fault)
        )
        found = table.filter(of_key).column("row_id").combine_chunks()
        keys = self.row_keys(key, np.arange(self.tables[key].num_rows))
        return np.asarray(pc.is_in(keys, value_set=found).to_numpy(zero_copy_only=False))

    def hide(self, key: Key, rows: Ints, by: str) -> None:
        """Write down that nothing else can be seen of some rows."""
        for row_key in self.row_keys(key, rows).to_pylist():
            self.hidden[(*key, row_key)] = by

    def copy(self, key: Key, rows: Ints, changes: dict[str, Any], fault: str | None = None) -> Ints:
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
        if fault:
            name = self.contracts[key].key[0]
            self.note(key, positions, name, fault, table.column(name).take(pa.array(rows)))
        return positions

    def remove(self, key: Key, rows: Ints, fault: str | None = None) -> None:
        """Take rows away."""
        if fault:
            self.note(key, rows, self.contracts[key].key[0], fault, self.row_keys(key, rows))
        self.hide(key, rows, GONE)
        keep = np.ones(self.tables[key].num_rows, dtype=bool)
        keep[rows] = False
        self.tables[key] = self.tables[key].filter(pa.array(keep))

    def break_text(self, key: Key, column: str, rows: Ints, texts: list[str], fault: str) -> None:
        """Write texts that are no value of the column's type (into CSV files only)."""
        if not self.as_csv:
            return
        self.note(key, rows, column, fault, self.values(key, column).take(pa.array(rows)))
        self.hide(key, rows, fault)
        for turn, row in enumerate(rows):
            self.texts.append((key, column, int(row), texts[turn % len(texts)]))

    def respell(self, key: Key, column: str, rows: Ints, texts: list[str], fault: str) -> None:
        """Write the same values in other words (into CSV files only)."""
        if not self.as_csv:
            return
        self.note(key, rows, column, fault, self.values(key, column).take(pa.array(rows)))
        for row, text in zip(rows, texts, strict=True):
            self.texts.append((key, column, int(row), text))

    def faults(self) -> pa.Table:
        """Return everything written down, and whether the delivery still shows it."""
        table = self.written_down()
        names = ("system_name", "table_name", "row_id", "fault_id")
        rows = zip(*(table.column(name).to_pylist() for name in names), strict=True)
        visible = [self.hidden.get(row[:3], row[3]) == row[3] for row in rows]
        return table.append_column("is_visible", pa.array(visible, type=pa.bool_()))


def spoil(spoiler: Spoiler, steps: Sequence[tuple[str, Callable[[Spoiler], None]]]) -> None:
    """Take the steps whose faults (ids, separated by blanks) the company has."""
    for faults, step in steps:
        if any(spoiler.has(fault) for fault in faults.split()):
            step(spoiler)


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
