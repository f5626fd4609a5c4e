"""A folder that needs no mapping: files named after the source tables, with their columns."""

from pathlib import Path

from touchstone.errors import UserError
from touchstone.load.contract import Table
from touchstone.load.files import check_folder, open_source
from touchstone.load.mapping import FileEntry, Mapping, Origin, Part, did_you_mean, listed

_ENDINGS = (".csv", ".csv.gz", ".tsv", ".parquet", ".pq")


def identity_mapping(folder: Path, contract: dict[str, Table], scratch: Path) -> Mapping:
    """Return the mapping of a folder of <system>__<table>.csv or <system>/<table>.csv files.

    Parquet is read as well, and a folder of that name with parts in it is one table.
    """
    check_folder(folder)
    by_name = {}
    for table in contract.values():
        for name in (table.name, table.identifier):
            by_name[f"{table.system}__{name}"] = table
    patterns: dict[str, str] = {}
    strangers: list[str] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        relative = path.relative_to(folder)
        ending = next((end for end in _ENDINGS if path.name.lower().endswith(end)), None)
        if ending is None:
            continue
        stem = path.name[: -len(ending)]
        parent = relative.parent.name
        for name, pattern in (
            (stem, str(relative)),
            (f"{parent}__{stem}", str(relative)),
            (parent, str(relative.parent / f"*{ending}")),
            (f"{relative.parent.parent.name}__{parent}", str(relative.parent / f"*{ending}")),
        ):
            if name in by_name:
                _add(patterns, by_name[name], pattern)
                break
        else:
            strangers.append(str(relative))
    if not patterns:
        near = did_you_mean(Path(strangers[0]).stem, by_name) if strangers else "."
        raise UserError(
            f"{folder} has no file named after a source table, such as crm__leads.csv or "
            f"crm/leads.parquet{near} "
            f"Files there: {listed(strangers) or 'none'}. Give a mapping: touchstone load "
            f"{folder} --mapping FILE "
            "(touchstone load --template all prints a skeleton)"
        )
    parts = [
        _part(contract[label], pattern, folder, scratch) for label, pattern in patterns.items()
    ]
    return Mapping(name="file names", company=folder.name or str(folder), parts=tuple(parts))


def _add(patterns: dict[str, str], table: Table, pattern: str) -> None:
    if patterns.setdefault(table.label, pattern) != pattern:
        raise UserError(
            f"both {patterns[table.label]} and {pattern} are named after {table.label}: keep one "
            "of them"
        )


def _part(table: Table, pattern: str, folder: Path, scratch: Path) -> Part:
    import duckdb

    entry = FileEntry(alias=table.name, pattern=pattern)
    with duckdb.connect() as connection:
        source = open_source(entry, folder, scratch, connection)
    columns = {
        column.name: Origin(column=column.name, where=f"{source.name} as {table.label}")
        for column in table.columns
        if source.position(column.name) is not None
    }
    for name in table.required:
        if name not in columns:
            source.missing(name, f"{table.label} requires {', '.join(table.required)}")
    return Part(
        table=table,
        file=entry,
        columns=columns,
        where=source.name,
        breakdown=tuple(name for name in table.breaks_down_by if source.position(name) is not None),
    )
