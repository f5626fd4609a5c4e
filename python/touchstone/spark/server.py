"""Statements to a Thrift server of Spark, outside dbt."""

from collections.abc import Iterable

from touchstone.errors import UserError
from touchstone.spark.cluster import LOOPBACK

# as in profiles.yml: every session of the project runs in UTC
SESSION = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.cteRecursionRowLimit": "-1",
}
MESSAGE_LENGTH = 600


def run_statements(port: int, statements: Iterable[str]) -> list[tuple[object, ...]]:
    """Run statements one after the other in one session; return the rows of the last."""
    from pyhive import hive

    rows: list[tuple[object, ...]] = []
    connection = hive.connect(LOOPBACK, port=port, auth="NOSASL", configuration=SESSION)
    try:
        cursor = connection.cursor()
        for statement in statements:
            try:
                cursor.execute(statement)
                rows = cursor.fetchall() if cursor.description else []
            except hive.OperationalError as error:
                raise UserError(f"Spark refused `{statement[:200]}`: {reason(error)}") from error
    finally:
        connection.close()
    return rows


def reason(error: Exception) -> str:
    """Return the sentence of a server's error without the trace behind it."""
    response = error.args[0] if error.args else error
    message = str(getattr(getattr(response, "status", None), "errorMessage", None) or response)
    message = message.split("Error running query: ")[-1]
    return " ".join(message.split("\tat ")[0].split())[:MESSAGE_LENGTH]
