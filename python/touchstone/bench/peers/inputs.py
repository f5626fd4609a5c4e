"""What the peers read: `python -m touchstone.bench.peers.inputs ORDER.json`.

Touches and deals as our placing model sees them, as Parquet files. The total order of touches is
given as a number, which spares the peers the five columns it is made of; the path libraries get
their journeys ready-made.
"""

import json
import sys
from pathlib import Path
from typing import Any

from touchstone.bench.floors import CREDITS, scratch
from touchstone.bench.tables import SAMPLE_OF

TOUCHES_SQL = """
    select
        row_number() over (
            order by touch_date, touch_at, touch_kind_rank, source_rank, touch_id
        ) as touch_number,
        touch_id, account_id, touch_at, touch_date, touch_precision = 'date' as is_day_only,
        is_direct, is_known, channel
    from warehouse.intermediate.int_touches_unioned
    where account_id is not null and (touch_kind <> 'activity' or is_human_activity)
"""
DEALS_SQL = """
    select
        opportunity_id, account_id, created_at, created_date, won_date, journey_starts_date,
        lead_until_at, cast(lead_until_at as date) as lead_until_date, amount_minor
    from warehouse.intermediate.int_opportunities_bounded
"""
# Journeys of won deals, for libraries that begin with them; the value stands on the last touch.
JOURNEYS_SQL = """
    select
        placed.opportunity_id, placed.position, touches.touch_at, touches.channel,
        placed.position = max(placed.position) over (partition by placed.opportunity_id) as is_last,
        case when is_last then deals.amount_minor / 100 else 0 end as amount
    from warehouse.intermediate.int_touches_placed_on_opportunities as placed
    inner join warehouse.intermediate.int_touches_unioned as touches
        on placed.touch_id = touches.touch_id
    inner join warehouse.intermediate.int_opportunities_bounded as deals
        on placed.opportunity_id = deals.opportunity_id
    where placed.is_before_close
"""
PATHS_SQL = """
    select path, count(*) as conversions, sum(amount) as amount
    from (
        select string_agg(channel, ' > ' order by position) as path, sum(amount) as amount
        from journeys group by opportunity_id
    )
    group by path
"""


def write(order: dict[str, Any]) -> dict[str, Any]:
    """Write the files; return where they are and how many rows they have."""
    folder = Path(order["folder"])
    folder.mkdir(parents=True, exist_ok=True)
    with scratch(order) as connection:
        connection.execute(f"create temp table journeys as {JOURNEYS_SQL}")
        sample = (
            f"select * from warehouse.intermediate.{CREDITS} "
            f"where hash(opportunity_id) % {SAMPLE_OF} = 0"
        )
        rows = {}
        for name, sql in {
            "touches": TOUCHES_SQL,
            "deals": DEALS_SQL,
            "journeys": "select * from journeys",
            "paths": PATHS_SQL,
            "ours": sample,
        }.items():
            path = folder / f"{name}.parquet"
            [(rows[name],)] = connection.execute(
                f"copy ({sql}) to '{path}' (format parquet)"
            ).fetchall()
    return {"rows": rows}


if __name__ == "__main__":
    asked = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Path(asked["result"]).write_text(json.dumps(write(asked), indent=1), encoding="utf-8")
