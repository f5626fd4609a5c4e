"""Two ways of attribution in SQL that people publish, run by the same DuckDB."""

from pathlib import Path
from typing import Any

import duckdb

from touchstone.bench.peers.models import SCOPES, Model
from touchstone.project import STORAGE_VERSION

JOINED = """
    select
        deals.opportunity_id, touches.touch_id, touches.touch_number, touches.touch_date,
        touches.channel, touches.is_known, touches.is_direct, deals.amount_minor / 100 as amount,
        case when is_day_only then touch_date <= created_date else touch_at <= created_at end
            as is_before_creation,
        coalesce(touch_date <= won_date, false) as is_before_close,
        coalesce(
            case when is_day_only then touch_date <= lead_until_date
                else touch_at <= lead_until_at end,
            false
        ) as is_before_lead
    from touches inner join deals on touches.account_id = deals.account_id
    where touch_date >= journey_starts_date and touch_date <= greatest(created_date, won_date)
"""
DEAL = "over (partition by opportunity_id)"


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection to an empty file beside the inputs."""
    path = folder / "peer.duckdb"
    path.unlink(missing_ok=True)
    connection = duckdb.connect(
        str(path),
        config={
            "storage_compatibility_version": STORAGE_VERSION,
            "temp_directory": str(folder / "spill"),
            "preserve_insertion_order": False,
        },
    )
    for name in ("touches", "deals"):
        connection.execute(
            f"create temp view {name} as select * from read_parquet('{folder / name}.parquet')"
        )
    return connection


def naive(folder: Path, models: list[Model]) -> dict[str, Any]:
    """One windowed query for each model and scope, floats, their union written as one table."""
    queries = [query(model, scope) for model in models for scope in SCOPES]
    with connect(folder) as connection:
        connection.execute("create table credits as " + " union all ".join(queries))
        connection.execute("checkpoint")
        [(rows,)] = connection.execute("select count(*) from credits").fetchall()
    return {"rows": rows, "models": [model.name for model in models], "scopes": 2}


def query(model: Model, scope: str) -> str:
    """Return the query of one model and scope, with the windows that it needs and no others."""
    places = {
        "first_touch": "1",
        "last_touch": "touch_count",
        "closed_won": "touch_count" if scope == "revenue" else "0",
        "opportunity_creation": f"sum(cast(is_before_creation as integer)) {DEAL}",
        "lead_creation": f"coalesce(nullif(sum(cast(is_before_lead as integer)) {DEAL}, 0), "
        f"min(case when is_known then place end) {DEAL}, 0)",
        "last_non_direct": f"coalesce(max(case when not is_direct then place end) {DEAL}, "
        "touch_count)",
    }
    marks = [f"({places[name]}) as {name}" for name in model.anchors]
    if model.half_life_days is not None:
        marks.append(f"max(touch_date) {DEAL} as newest_date")
        raw = f"pow(0.5, date_diff('day', touch_date, newest_date) / {model.half_life_days})"
    else:
        hits = " or ".join(f"place = {name}" for name in model.anchors) or "false"
        anchored = " + ".join(
            f"case when place = {name} then {share} else 0 end"
            for name, share in model.anchors.items()
        )
        marked_count = f"count(*) filter (where {hits}) {DEAL}"
        between = f"{model.between} / greatest(touch_count - {marked_count}, 1)"
        raw = f"{anchored or 0} + case when {hits} then 0 else {between} end"
    marked = ", ".join(["*", *marks])
    return f"""
        select
            opportunity_id, touch_id, '{scope}' as attribution_scope,
            '{model.name}' as attribution_model,
            amount * case when sum(weight) {DEAL} = 0 then 1.0 / touch_count
                else weight / sum(weight) {DEAL} end as credited
        from (select *, {raw} as weight from (select {marked} from (
            select *, row_number() over (partition by opportunity_id order by touch_number)
                as place, count(*) {DEAL} as touch_count
            from ({JOINED}) where {SCOPES[scope]}
        )))
    """


def path_strings(folder: Path, models: list[Model]) -> dict[str, Any]:
    """A path string for each deal, split and unnested again: the shape of well-known packages."""
    kept = [model for model in models if model.is_of_positions]
    paths = " union all ".join(
        f"select opportunity_id, '{scope}' as attribution_scope, any_value(amount) as amount, "
        "string_agg(touch_id || '~' || channel, ' > ' order by touch_number) as path "
        f"from joined where {condition} group by opportunity_id"
        for scope, condition in SCOPES.items()
    )
    forms = ", ".join(f"amount * {closed_form(model)} as {model.name}" for model in kept)
    with connect(folder) as connection:
        connection.execute(
            f"create table credits as with joined as materialized ({JOINED}), "
            f"paths as materialized ({paths}), "
            "parts as (select *, string_split(path, ' > ') as steps, len(steps) as touch_count "
            "from paths), "
            "unnested as (select opportunity_id, attribution_scope, amount, touch_count, "
            "unnest(steps) as step, generate_subscripts(steps, 1) as place from parts) "
            "select opportunity_id, attribution_scope, split_part(step, '~', 1) as touch_id, "
            f"split_part(step, '~', 2) as channel, {forms} from unnested"
        )
        connection.execute("checkpoint")
        [(rows,)] = connection.execute("select count(*) from credits").fetchall()
    return {"rows": rows, "models": [model.name for model in kept], "scopes": 2}


def closed_form(model: Model) -> str:
    """Return the share of a place in a path, for a model of first and last touch."""
    first, last = model.anchors.get("first_touch", 0.0), model.anchors.get("last_touch", 0.0)
    between = model.between
    marked = len(model.anchors)
    if not marked:
        return "(1.0 / touch_count)"
    alone = first + last
    return (
        f"(case when touch_count = 1 then 1.0 "
        f"when touch_count = {marked} and {between} > 0 then "
        f"(case when place = 1 then {first} else {last} end) / {alone} "
        f"else (case when place = 1 then {first} else 0 end) "
        f"+ (case when place = touch_count then {last} else 0 end) "
        f"+ (case when place > {int(first > 0)} and place <= touch_count - {int(last > 0)} "
        f"then {between} / (touch_count - {marked}) else 0 end) end)"
    )
