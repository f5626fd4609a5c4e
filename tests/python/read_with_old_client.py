"""Read every public mart with an old DuckDB client: BI tools carry such clients.

Run by `make clients` in an environment that holds only that old client.
"""

import sys

import duckdb

PUBLIC_SCHEMAS = ["core", "funnel", "attribution", "campaigns", "quality"]


def main(path: str) -> int:
    """Read the first row of each public table and view; return 1 when there is none."""
    warehouse = duckdb.connect(path, read_only=True)
    tables = warehouse.execute(
        "select table_schema, table_name from information_schema.tables "
        "where list_contains(?, table_schema) order by all",
        [PUBLIC_SCHEMAS],
    ).fetchall()
    for schema, table in tables:
        warehouse.execute(f'select * from "{schema}"."{table}" limit 1').fetchall()
    print(f"DuckDB {duckdb.__version__} reads {path}: {len(tables)} public tables")
    return 0 if tables else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
