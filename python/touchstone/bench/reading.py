"""Dashboard queries on 50 million credit rows: `python -m touchstone.bench.reading ORDER.json`.

The credits of the build are blown up: copies of all deals under other ids, accounts and campaigns
kept apart, until there are as many rows. The copy is written in the order and the types of the
mart (or in other orders, to compare), and every question is asked with a cold connection first.
"""

import json
import sys
from pathlib import Path
from typing import Any

import duckdb

from touchstone.bench.measure import Stopwatch
from touchstone.project import STORAGE_VERSION

ROWS = 50_000_000
SHIPPED = "by month of creation, then account"  # what the mart is ordered by
REPEATS = 5
ORDERS = {
    "as it comes": "",
    "by creation date": "order by created_date",
    "by campaign": "order by campaign_id, touch_date",
    "by deal": "order by opportunity_id",
    "by account": "order by account_id, opportunity_id",
    "by month of creation, then account": (
        "order by date_trunc('month', created_date), account_id, opportunity_id"
    ),
    "by month of creation, then campaign": (
        "order by date_trunc('month', created_date), campaign_id, opportunity_id"
    ),
}
QUESTIONS = {
    "credit of all campaigns by quarter": (
        "select campaign_id, created_quarter_start_date, sum(credited_pipeline_amount), "
        "sum(credited_revenue_amount) from credits group by all order by 3 desc limit 100"
    ),
    "one campaign by quarter": (
        "select created_quarter_start_date, sum(credited_pipeline_amount), "
        "sum(credited_revenue_amount) from credits where campaign_id = '{campaign_id}' "
        "group by all order by 1"
    ),
    "one deal": "select * from credits where opportunity_id = '{opportunity_id}'",
    "one account": "select * from credits where account_id = '{account_id}'",
    "top 20 campaigns of a quarter by revenue": (
        "select campaign_id, sum(credited_revenue_amount) from credits "
        "where closed_quarter_start_date = '{quarter}' group by all order by 2 desc limit 20"
    ),
    "channels of a year by month": (
        "select channel, date_trunc('month', closed_date) as month, "
        "sum(credited_revenue_amount) from credits "
        "where closed_date >= date '{quarter}' - interval 9 month and is_won group by all"
    ),
    "top 20 campaigns of all time by revenue": (
        "select campaign_id, sum(credited_revenue_amount) from credits "
        "group by all order by 2 desc limit 20"
    ),
}


def measure(order: dict[str, Any]) -> dict[str, Any]:
    """Blow up the mart, ask the questions, return what they cost."""
    path = Path(order["scratch"])
    names = list(ORDERS) if order["orders"] == "all" else [SHIPPED]
    found: dict[str, Any] = {"rows": order["rows"], "orders": {}}
    watch = Stopwatch()
    for name in names:
        path.unlink(missing_ok=True)
        blow_up(path, Path(order["warehouse"]), found["rows"], ORDERS[name], order["spill"])
        found["orders"][name] = {
            "megabytes": round(path.stat().st_size / 1e6),
            "queries": ask(path, watch),
        }
    path.unlink(missing_ok=True)
    watch.close()
    found["queries"] = found["orders"][SHIPPED]["queries"]
    return found


def blow_up(path: Path, warehouse: Path, rows: int, order_by: str, spill: str) -> None:
    """Write a table of so many credit rows: copies of the mart, in the order of the mart."""
    with duckdb.connect(
        str(path),
        config={"storage_compatibility_version": STORAGE_VERSION, "temp_directory": spill},
    ) as connection:
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        [(count,)] = connection.execute(
            "select count(*) from warehouse.attribution.touch_credits"
        ).fetchall()
        copies = -(-rows // max(count, 1))
        connection.execute("set preserve_insertion_order = true")
        connection.execute(
            "create table credits as select touch_credits.* replace ("
            "opportunity_id || '-' || copy as opportunity_id, touch_id || '-' || copy as touch_id, "
            "account_id || '-' || copy as account_id, person_id || '-' || copy as person_id) "
            f"from warehouse.attribution.touch_credits, range({copies}) as copies (copy) "
            f"{order_by} limit {rows}"
        )


def ask(path: Path, watch: Stopwatch) -> list[dict[str, Any]]:
    """Return the cost of each question: the first time, and the middle of several."""
    with duckdb.connect(str(path), read_only=True) as connection:
        values = dict(
            zip(
                ("campaign_id", "opportunity_id", "account_id", "quarter"),
                connection.execute(
                    "select min(campaign_id), min(opportunity_id), min(account_id), "
                    "cast(max(closed_quarter_start_date) - interval 6 month as date) "
                    "from (select * from credits where campaign_id is not null "
                    "and closed_date is not null limit 1000000)"
                ).fetchall()[0],
                strict=True,
            )
        )
    found = []
    for question, sql in QUESTIONS.items():
        with duckdb.connect(str(path), read_only=True) as connection:
            costs = []
            for _ in range(1 + REPEATS):
                watch.start()
                connection.execute(sql.format(**values)).fetchall()
                costs.append(watch.stop())
        again = sorted(costs[1:], key=lambda cost: cost.wall_s)[REPEATS // 2]
        found.append(
            {
                "question": question,
                "first_wall_s": round(costs[0].wall_s, 4),
                "wall_s": round(again.wall_s, 4),
                "cpu_s": round(again.cpu_s, 4),
            }
        )
    return found


if __name__ == "__main__":
    asked = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Path(asked["result"]).write_text(json.dumps(measure(asked), indent=1), encoding="utf-8")
