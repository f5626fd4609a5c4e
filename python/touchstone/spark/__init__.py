"""The same project on Apache Spark, compared with DuckDB to the last row.

`cluster` starts a standalone cluster from the pyspark package, `data` gives it the raw tables,
`compare` holds every public mart of the two engines against each other, `command` is
`touchstone spark`.
"""
