"""Bring your own data: files and a short mapping become the source tables.

`mapping` reads what the user wrote, `contract` what the project needs, `files` what is on disk,
`values` turns each mapped column into one SQL expression, `loading` runs it in DuckDB and swaps
the result in at once.
"""

from touchstone.load.mapping import dbt_vars

__all__ = ["dbt_vars"]
