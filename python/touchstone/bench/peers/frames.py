"""The same models with pandas and with polars: vectorised, in memory, as their manuals do it."""

from pathlib import Path
from typing import Any

from touchstone.bench.peers.models import SCOPES, Model


def pandas(folder: Path, models: list[Model]) -> dict[str, Any]:
    """Merge, sort, groupby-transform; one float column for each model."""
    import pandas as pd

    touches = pd.read_parquet(folder / "touches.parquet")
    deals = pd.read_parquet(folder / "deals.parquet")
    for frame in (touches, deals):
        for name in frame.columns:
            if name.endswith("_date"):
                frame[name] = pd.to_datetime(frame[name])
    joined = touches.merge(deals, on="account_id")
    until = joined["won_date"].fillna(joined["created_date"])
    until = until.where(until > joined["created_date"], joined["created_date"])
    joined = joined[
        (joined["touch_date"] >= joined["journey_starts_date"]) & (joined["touch_date"] <= until)
    ]
    day, date, at = joined["is_day_only"], joined["touch_date"], joined["touch_at"]
    joined = joined.assign(
        is_before_creation=(date <= joined["created_date"]).where(day, at <= joined["created_at"]),
        is_before_close=date <= joined["won_date"],
        is_before_lead=(date <= joined["lead_until_date"]).where(
            day, at <= joined["lead_until_at"]
        ),
        amount=joined["amount_minor"] / 100,
    ).sort_values(["opportunity_id", "touch_number"])
    parts = [
        _pandas_scope(joined[joined[condition]], scope, models)
        for scope, condition in SCOPES.items()
    ]
    credits = pd.concat(parts)
    credits.to_parquet(folder / "credits.parquet")
    return {"rows": len(credits), "models": [model.name for model in models], "scopes": 2}


def _pandas_scope(rows: Any, scope: str, models: list[Model]) -> Any:
    import pandas as pd

    deal = rows["opportunity_id"]
    place = rows.groupby(deal, sort=False).cumcount() + 1

    def over(values: Any, how: str) -> Any:
        return values.groupby(deal, sort=False).transform(how)

    count = over(place, "size")
    lead = over(rows["is_before_lead"].astype("int64"), "sum")
    known = over(place.where(rows["is_known"]), "min").fillna(0)
    places = {
        "first_touch": 1,
        "last_touch": count,
        "closed_won": count if scope == "revenue" else 0,
        "opportunity_creation": over(rows["is_before_creation"].astype("int64"), "sum"),
        "lead_creation": lead.where(lead > 0, known),
        "last_non_direct": over(place.where(~rows["is_direct"]), "max").fillna(count),
    }
    columns = {
        "opportunity_id": deal,
        "attribution_scope": scope,
        "touch_id": rows["touch_id"],
    }
    for model in models:
        if model.half_life_days is not None:
            age = (over(rows["touch_date"], "max") - rows["touch_date"]).dt.days
            weight = 0.5 ** (age / model.half_life_days)
        else:
            is_marked = pd.Series(False, index=rows.index)
            weight = pd.Series(0.0, index=rows.index)
            for name, share in model.anchors.items():
                is_hit = place == places[name]
                is_marked |= is_hit
                weight += is_hit * share
            free = (count - over(is_marked.astype("int64"), "sum")).clip(lower=1)
            weight += ~is_marked * model.between / free
        total = over(weight, "sum")
        share = (weight / total).where(total > 0, 1 / count)
        columns[model.name] = share * rows["amount"]
    return pd.DataFrame(columns)


def polars(folder: Path, models: list[Model]) -> dict[str, Any]:
    """Join, sort, window expressions; one float column for each model."""
    import polars as pl

    touches = pl.scan_parquet(folder / "touches.parquet")
    deals = pl.scan_parquet(folder / "deals.parquet")
    until = pl.max_horizontal("created_date", "won_date")
    day = pl.col("is_day_only")
    joined = (
        touches.join(deals, on="account_id")
        .filter(
            (pl.col("touch_date") >= pl.col("journey_starts_date"))
            & (pl.col("touch_date") <= until)
        )
        .with_columns(
            pl.when(day)
            .then(pl.col("touch_date") <= pl.col("created_date"))
            .otherwise(pl.col("touch_at") <= pl.col("created_at"))
            .alias("is_before_creation"),
            (pl.col("touch_date") <= pl.col("won_date")).fill_null(False).alias("is_before_close"),
            pl.when(day)
            .then(pl.col("touch_date") <= pl.col("lead_until_date"))
            .otherwise(pl.col("touch_at") <= pl.col("lead_until_at"))
            .fill_null(False)
            .alias("is_before_lead"),
            (pl.col("amount_minor") / 100).alias("amount"),
        )
        .select(
            "opportunity_id", "touch_id", "touch_number", "touch_date", "is_known", "is_direct",
            "is_before_creation", "is_before_close", "is_before_lead", "amount",
        )
        .sort("opportunity_id", "touch_number")
        .collect()
    )  # fmt: skip
    parts = [
        _polars_scope(joined.filter(pl.col(condition)), scope, models)
        for scope, condition in SCOPES.items()
    ]
    credits = pl.concat(parts)
    credits.write_parquet(folder / "credits.parquet")
    return {"rows": credits.height, "models": [model.name for model in models], "scopes": 2}


def _polars_scope(rows: Any, scope: str, models: list[Model]) -> Any:
    import polars as pl

    deal = "opportunity_id"
    rows = rows.with_columns(
        place=pl.int_range(1, pl.len() + 1).over(deal), touch_count=pl.len().over(deal)
    )
    place, count = pl.col("place"), pl.col("touch_count")
    lead = pl.col("is_before_lead").sum().over(deal)
    known = place.filter(pl.col("is_known")).min().over(deal).fill_null(0)
    rows = rows.with_columns(
        first_touch=pl.lit(1),
        last_touch=count,
        closed_won=count if scope == "revenue" else pl.lit(0),
        opportunity_creation=pl.col("is_before_creation").sum().over(deal),
        lead_creation=pl.when(lead > 0).then(lead).otherwise(known),
        last_non_direct=place.filter(~pl.col("is_direct")).max().over(deal).fill_null(count),
        newest_date=pl.col("touch_date").max().over(deal),
    )
    weights = []
    for model in models:
        if model.half_life_days is not None:
            age = (pl.col("newest_date") - pl.col("touch_date")).dt.total_days()
            weight = pl.lit(0.5).pow(age / model.half_life_days)
        else:
            hits = [(place == pl.col(name), share) for name, share in model.anchors.items()]
            is_marked = pl.any_horizontal([hit for hit, _ in hits]) if hits else pl.lit(False)
            free = pl.max_horizontal(count.cast(pl.Int64) - is_marked.sum().over(deal), 1)
            weight = pl.when(is_marked).then(0.0).otherwise(model.between / free)
            for hit, share in hits:
                weight = weight + pl.when(hit).then(share).otherwise(0.0)
        weights.append(weight.alias(model.name))
    rows = rows.with_columns(weights)
    shares = []
    for model in models:
        weight, total = pl.col(model.name), pl.col(model.name).sum().over(deal)
        share = pl.when(total > 0).then(weight / total).otherwise(1 / count)
        shares.append((share * pl.col("amount")).alias(model.name))
    return rows.select(deal, pl.lit(scope).alias("attribution_scope"), "touch_id", *shares)
