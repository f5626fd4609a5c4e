"""Whether a peer found what we found: rows of a sample of deals, or totals of channels."""

from pathlib import Path
from typing import Any

import duckdb

from touchstone.bench.tables import SAMPLE_OF

HALF_A_CENT_APART = 1.0  # minor units: ours are settled to the cent, theirs are not


def compare(folder: Path, found: dict[str, Any]) -> dict[str, Any]:
    """Return how many credits were compared and how many differ by more than a cent."""
    if "by_channel" in found:
        return _channels(folder, found["by_channel"])
    with duckdb.connect() as connection:
        theirs = _theirs(connection, folder)
        if theirs is None:
            return {}
        compared = different = 0
        for model in found["models"]:
            [(rows, apart)] = connection.execute(
                f"select count(*), count(*) filter (where abs(coalesce(theirs.credited, 0) * 100 "
                f"- coalesce(ours.{model}_minor, 0)) > {HALF_A_CENT_APART}) "
                f"from (from read_parquet('{folder / 'ours.parquet'}')) as ours "
                f"full join ({theirs.format(model=model)}) as theirs "
                "using (opportunity_id, attribution_scope, touch_id)"
            ).fetchall()
            compared, different = compared + rows, different + apart
    return {"compared": compared, "different": different}


def _theirs(connection: duckdb.DuckDBPyConnection, folder: Path) -> str | None:
    """Return a query of a model's credits of the sampled deals, with {model} to fill in."""
    sampled = f"hash(opportunity_id) % {SAMPLE_OF} = 0"
    if (folder / "credits.parquet").exists():
        return (
            "select opportunity_id, attribution_scope, touch_id, {model} as credited "
            f"from read_parquet('{folder / 'credits.parquet'}') where {sampled}"
        )
    if not (folder / "peer.duckdb").exists():
        return None
    connection.execute(f"attach '{folder / 'peer.duckdb'}' as peer (read_only)")
    names = {row[0] for row in connection.execute("describe peer.credits").fetchall()}
    if "attribution_model" in names:
        return (
            "select opportunity_id, attribution_scope, touch_id, credited from peer.credits "
            f"where attribution_model = '{{model}}' and {sampled}"
        )
    return (
        "select opportunity_id, attribution_scope, touch_id, {model} as credited "
        f"from peer.credits where {sampled}"
    )


def _channels(folder: Path, by_channel: dict[str, dict[str, float]]) -> dict[str, Any]:
    """Return the largest difference of a channel's total, as a share of all that was credited."""
    worst = 0.0
    with duckdb.connect() as connection:
        for model, theirs in by_channel.items():
            if model not in ("first_touch", "last_touch", "linear"):
                continue
            amount = "sum(amount) over (partition by opportunity_id)"
            count = "max(position) over (partition by opportunity_id)"
            share = {
                "first_touch": "position = 1", "last_touch": "is_last", "linear": f"1 / {count}",
            }[model]  # fmt: skip
            rows = connection.execute(
                "select channel, sum(credited) from (select channel, "
                f"{amount} * cast({share} as double) as credited "
                f"from read_parquet('{folder / 'journeys.parquet'}')) group by channel"
            ).fetchall()
            whole = sum(value for _, value in rows) or 1.0
            apart = max(abs(value - theirs.get(name, 0.0)) for name, value in rows)
            worst = max(worst, apart / whole)
    return {"largest_channel_difference_share": worst}
