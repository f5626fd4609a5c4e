"""Rows of one key: which counts and why, and when only a person can know.

The order is that of macros/raw.sql: a stamp of the data, then the newest load, then the later row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import duckdb

from touchstone.errors import UserError
from touchstone.load.contract import (
    ENDS_OF_VERSIONS,
    LANDED_AT,
    STAMPS_OF_LOADERS,
    STARTS_OF_VERSIONS,
    Column,
    Table,
)
from touchstone.load.files import Parameters, Source, quoted
from touchstone.load.landed import address, usable_if
from touchstone.load.mapping import Part, listed

BREAKDOWN = "_breakdown"
CONTENT = "_row_content"
_SEPARATOR = "'|'"


@dataclass
class Repeated:
    """The usable rows of a table that gave way to another row of their key."""

    counts: dict[str, int] = field(default_factory=dict)
    differing_count: int = 0
    differing_in: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())

    def __str__(self) -> str:
        """Say how many, why, and whether they said something else."""
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in self.counts.items())
        differ = (
            f"; {self.differing_count:,} said something else than the row that counts, of "
            f"{listed(self.differing_in, most=4)}"
            if self.differing_count
            else ""
        )
        return f"{self.total:,} repeat a key and give way: {reasons}{differ}"


def breakdown(texts: Sequence[str]) -> str:
    """Return the SQL of what tells the cuts of a cost apart, of the columns a mapping names.

    >>> breakdown(["device"])
    'device'
    >>> breakdown(["device", "network"])
    "nullif(concat_ws('|', coalesce(device, ''), coalesce(network, '')), '|')"
    """
    if len(texts) == 1:
        return texts[0]
    joined = ", ".join(f"coalesce({text}, '')" for text in texts)
    empty = "|" * (len(texts) - 1)
    return f"nullif(concat_ws({_SEPARATOR}, {joined}), '{empty}')"


def find_repeated(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    mapped: Sequence[Column],
    versions: Sequence[str],
    cuts: bool,
) -> Repeated:
    """Rank the rows of each key as the door will, and count those that give way by reason."""
    keys = _keys(table, mapped, cuts)
    if not keys or not _repeats(connection, table, keys):
        return Repeated()
    stamps = _stamps(table, mapped, versions)
    names = [quoted(column.name) for column in mapped]
    others = [f"{name} is distinct from first_value({name}) over newest" for name in names]
    others_at = "".join(f", {other} as differs_{place}" for place, other in enumerate(others))
    told = "".join(f", coalesce(bool_or(differs_{place}), false)" for place in range(len(names)))
    same = " or ".join(f"differs_{place}" for place in range(len(names)))
    stamped = "".join(f", {stamp} as stamp_{place}" for place, stamp in enumerate(stamps.values()))
    order = "".join(f"stamp_{place} desc nulls last, " for place in range(len(stamps)))
    is_older = " or ".join(
        f"stamp_{place} is distinct from first_value(stamp_{place}) over newest"
        for place in range(len(stamps))
    )
    rows = connection.execute(
        f"""
        with
        usable as (select *, {_as_one(keys)} as row_key, {_is_active(versions)} as is_active
            {stamped} from {address(table)} where {usable_if(table, mapped)}),
        ranked as (select row_number() over newest as place, is_active,
            {is_older or "false"} as is_older,
            _load_number is distinct from first_value(_load_number) over newest as is_of_earlier
            {others_at} from usable where row_key in
            (select row_key from usable group by row_key having count(*) > 1)
            window newest as (partition by row_key order by is_active desc, {order}
            _load_number desc nulls last, _source_file desc, _source_row desc))
        select case when not is_active then 'as no longer active' when not ({same}) then 'as a copy'
            when is_older then $older when is_of_earlier then 'to a newer load'
            else 'to a later row of this load' end as reason,
            count(*), count(*) filter (where {same}){told}
        from ranked where place > 1 group by reason order by 2 desc, 1
        """,
        {"older": f"as older by {' and '.join(stamps)}"},
    ).fetchall()
    differing = [
        column.name for place, column in enumerate(mapped) if any(row[3 + place] for row in rows)
    ]
    return Repeated({row[0]: row[1] for row in rows}, sum(row[2] for row in rows), differing)


def ask_which_counts(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    mapped: Sequence[Column],
    sources: Iterable[tuple[Part, Source]],
    versions: Sequence[str],
    load_number: int,
    cuts: bool,
) -> None:
    """Fail when rows of one key and one load differ, and neither stamp nor mapping decides."""
    keys = [*_keys(table, mapped, cuts)]
    stamps = _stamps(table, mapped, versions).values()
    groups = ", ".join([*keys, _is_active(versions), *stamps])
    this_load = f"_load_number = {load_number} and {usable_if(table, mapped)}"
    found = connection.execute(
        f"select list(struct_pack(file := _source_file, line := _source_row, is_as := {CONTENT}) "
        f"order by _source_file, _source_row)[:100], count(*) over () from {address(table)} "
        f"where {this_load} group by {groups} having count(distinct {CONTENT}) > 1 "
        "order by min(_source_file), min(_source_row) limit 1"
    ).fetchone()
    if found is None:
        return
    first = found[0][0]
    other = next((row for row in found[0] if row["is_as"] != first["is_as"]), found[0][-1])
    told = _differing(connection, list(sources), mapped, [first, other])
    key = [name for name in table.key if name in {column.name for column in mapped}]
    of = f"{first['file']}, rows {first['line']} and {other['line']}"
    if first["file"] != other["file"]:
        of = f"{first['file']} row {first['line']} and {other['file']} row {other['line']}"
    also = f" (and {found[1] - 1:,} more such keys)" if found[1] > 1 else ""
    used = {origin.column for part, _ in sources for origin in part.columns.values()}
    cut = next((name for name in told if name not in used), "")
    sums = (
        f"name what tells them apart and they are summed: `breakdown: [{cut}]` beside `from:`"
        if cut
        else "export the column that tells them apart, and name it: `breakdown: [...]`"
    )
    sums = f"If they are parts of one cost (a device, a network, a placement), {sums}. "
    raise UserError(
        f"{of}: two rows of {table.label} have one {', '.join(key)} and differ in "
        f"{listed(told, most=6) or 'columns that only one of the files has'}{also}; only you can "
        f"know what they are. {sums if table.is_cost else ''}"
        "If the later row takes the place of the earlier one: `several: latest`"
    )


def ask_about_totals(
    connection: duckdb.DuckDBPyConnection, table: Table, mapped: Sequence[Column], cuts: bool
) -> None:
    """Fail when a cost stands beside the parts it is cut into: their sum would count it twice."""
    names = {column.name for column in mapped}
    base = [quoted(name) for name in table.key if name in names and name in table.required]
    parts = [name for name in table.key if name in names and name not in table.required]
    told = parts + ["breakdown"] * cuts
    parts += [BREAKDOWN] * cuts
    if not parts or not base:
        return
    is_total = " and ".join(f"{quoted(name)} is null" for name in parts)
    total = f"filter (where {is_total})"
    cut = f"filter (where not ({is_total}))"
    place = "(_source_file, _source_row)"
    found = connection.execute(
        f"select min_by(_source_file, {place}) {total}, min_by(_source_row, {place}) {total}, "
        f"min_by(_source_file, {place}) {cut}, min_by(_source_row, {place}) {cut}, "
        f"count(*) over () from {address(table)} where {usable_if(table, mapped)} "
        f"group by {', '.join(base)} "
        f"having count(*) {total} > 0 and count(*) {cut} > 0 order by 1, 2 limit 1"
    ).fetchone()
    if found:
        raise UserError(
            f"{found[0]} row {found[1]} has no {' and no '.join(told)}, and {found[2]} row "
            f"{found[3]}, of the same {', '.join(name.strip(chr(34)) for name in base)}, has "
            f"({found[4]:,} such keys of {table.label}): a total beside its parts would count "
            "twice. Leave one of them out with `only:` or `except:`; if they came with different "
            "loads, load them again without --append"
        )


def _repeats(connection: duckdb.DuckDBPyConnection, table: Table, keys: Sequence[str]) -> bool:
    """Say whether any key is there twice: in most tables none is, and a look is cheap."""
    looked = connection.execute(
        f"select 1 from {address(table)} group by {', '.join(keys)} having count(*) > 1 limit 1"
    )
    return looked.fetchone() is not None


def _keys(table: Table, mapped: Sequence[Column], cuts: bool) -> list[str]:
    """Return the parts of the key as the door compares them; one that is not there is empty.

    Both spellings of a CRM's id begin with the same fifteen characters.
    """
    kinds = {column.name: column.kind for column in mapped}
    keys = []
    for name in table.key:
        if name not in kinds:
            continue
        if table.system == "crm" and kinds[name] == "text":
            text = quoted(name)
            keys.append(
                f"case when length({text}) in (15, 18) then left({text}, 15) else {text} end"
            )
        else:
            keys.append(quoted(name))
    return keys + [BREAKDOWN] * cuts if keys else []


def _is_active(versions: Sequence[str]) -> str:
    """Return the condition under which the version of a row is not over."""
    is_open = {
        name: f"coalesce({name}, '') = '' or {name} like '9999-%'" for name in ENDS_OF_VERSIONS
    }
    is_open["_fivetran_active"] = (
        "coalesce(lower(_fivetran_active) not in ('false', 'f', '0', 'no'), true)"
    )
    conditions = [f"({is_open[name]})" for name in ENDS_OF_VERSIONS if name in versions]
    return " and ".join(conditions) or "true"


def _stamps(table: Table, mapped: Sequence[Column], versions: Sequence[str]) -> dict[str, str]:
    """Return what dates a row, in the order of its weight, as SQL by the name of the column."""
    kinds = {column.name: column.data_type for column in mapped if column.name == table.latest_by}
    if table.latest_by == LANDED_AT and not kinds:
        kinds = {name: "timestamp" for name in STAMPS_OF_LOADERS if name in versions}
    kinds |= {name: kind for name, kind in STARTS_OF_VERSIONS.items() if name in versions}
    return {name: f"try_cast({quoted(name)} as {kind})" for name, kind in kinds.items()}


def _as_one(keys: Sequence[str]) -> str:
    return f"concat_ws({_SEPARATOR}, {', '.join(f'coalesce({key}, $$$$)' for key in keys)})"


def _differing(
    connection: duckdb.DuckDBPyConnection,
    sources: list[tuple[Part, Source]],
    mapped: Sequence[Column],
    rows: Sequence[dict[str, object]],
) -> list[str]:
    """Name the columns of the file in which two rows differ, those that nothing uses first."""
    source = next(
        source for _, source in sources if rows[0]["file"] in {file.name for file in source.files}
    )
    if rows[1]["file"] not in {file.name for file in source.files}:
        return []
    parameters = Parameters()
    places = [f"c{place}" for place in range(len(source.header))]
    conditions = " or ".join(
        f"(_source_file = {parameters.bind(row['file'])} and _source_row = "
        f"{parameters.bind(row['line'])})"
        for row in rows
    )
    found = connection.execute(
        f"select {', '.join(places)} from ({source.rows(parameters)}) where {conditions}",
        parameters.values,
    ).fetchall()
    return [
        name for name, *values in zip(source.header, *found, strict=True) if len(set(values)) > 1
    ]
