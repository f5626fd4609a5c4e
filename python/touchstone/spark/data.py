"""The same raw tables for both engines: loaded into DuckDB, handed to Spark as Parquet."""

import shutil
import tempfile
from pathlib import Path

import duckdb

from touchstone.errors import UserError
from touchstone.load.contract import read_contract
from touchstone.load.files import quoted
from touchstone.load.identity import identity_mapping
from touchstone.load.loading import load
from touchstone.load.mapping import dbt_vars, find_mapping, read_mapping
from touchstone.project import connect

# of Parquet; a row group is the least that one Spark task reads
ROWS_PER_GROUP = 100_000


def load_folder(
    folder: Path, mapping_name: str | None, project: Path, warehouse: Path
) -> dict[str, object]:
    """Load a folder of raw files into a new warehouse; return the dbt vars that build it.

    Args:
        folder: files as `touchstone sample --output` writes them, or those of a mapping.
        mapping_name: the mapping, as for `touchstone load`; None: files named after our tables.
        project: folder of dbt_project.yml.
        warehouse: the file to make.
    """
    with tempfile.TemporaryDirectory() as scratch:
        if mapping_name:
            path = find_mapping(mapping_name)
            load(folder, read_mapping(path, project), project, warehouse)
            return dict(dbt_vars(path, project))
        mapping = identity_mapping(folder, read_contract(project), Path(scratch))
        load(folder, mapping, project, warehouse)
        return {"raw_data": "loaded"}


def copy_raw(source: Path, schemas: set[str], warehouse: Path) -> None:
    """Copy the raw tables of a warehouse, and nothing that was made of them, into a new one."""
    connect(source, read_only=True).close()
    with connect(warehouse) as connection:
        connection.execute(f"attach '{_literal(source)}' as given (read_only)")
        for schema, table in tables_of(connection, schemas, database="given"):
            connection.execute(f"create schema if not exists {quoted(schema)}")
            name = f"{quoted(schema)}.{quoted(table)}"
            connection.execute(f"create table {name} as select * from given.{name}")


def raw_schemas(project: Path, variables: dict[str, object]) -> set[str]:
    """Return the schemas of raw tables under these dbt vars."""
    if variables.get("raw_data", "sample") == "sample":
        return {"raw"}
    if variables.get("source_databases"):
        raise UserError(
            "the raw tables are in other databases (source_databases), which this comparison does "
            "not copy: load them into one warehouse, or give their files with --data"
        )
    named = variables.get("source_schemas") or {}
    assert isinstance(named, dict)
    systems = {table.system for table in read_contract(project).values()}
    return {str(named.get(system, f"raw_{system}")) for system in systems}


def write_parquet(warehouse: Path, schemas: set[str], folder: Path) -> dict[tuple[str, str], Path]:
    """Write the raw tables of a warehouse as Parquet; return (schema, table) -> their folder."""
    written = {}
    with connect(warehouse, read_only=True) as connection:
        for schema, table in tables_of(connection, schemas):
            place = folder / schema / table
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
            connection.execute(
                f"copy {quoted(schema)}.{quoted(table)} to '{_literal(place / 'rows.parquet')}' "
                f"(format parquet, row_group_size {ROWS_PER_GROUP})"
            )
            written[schema, table] = place
    if not written:
        raise UserError(f"{warehouse} has no raw table in {', '.join(sorted(schemas))}")
    return written


def spark_statements(tables: dict[tuple[str, str], Path]) -> list[str]:
    """Return the SQL that makes Parquet folders into tables of Spark, without copying them."""
    statements = [
        f"create schema if not exists `{schema}`" for schema in sorted({key[0] for key in tables})
    ]
    for (schema, table), place in tables.items():
        name = f"`{schema}`.`{table}`"
        statements += [
            f"drop table if exists {name}",
            f"create table {name} using parquet location '{_literal(place)}'",
        ]
    return statements


def tables_of(
    connection: duckdb.DuckDBPyConnection, schemas: set[str], database: str | None = None
) -> list[tuple[str, str]]:
    """Return (schema, table) of the tables of some schemas, without what a build has made."""
    found = connection.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where database_name = coalesce($database, current_database()) order by all",
        {"database": database},
    ).fetchall()
    return [(schema, table) for schema, table in found if schema in schemas]


def _literal(path: Path) -> str:
    return str(path).replace("'", "''")
