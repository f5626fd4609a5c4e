"""Attribution libraries, on the journeys of won deals, ready-made in the form they ask for."""

from pathlib import Path
from typing import Any

from touchstone.bench.peers.models import Model


def channel_attribution_rules(folder: Path, _models: list[Model]) -> dict[str, Any]:
    """ChannelAttribution's three heuristics on path strings."""
    import pandas as pd
    from ChannelAttribution import heuristic_models

    paths = pd.read_parquet(folder / "paths.parquet")
    found = heuristic_models(paths, "path", "conversions", var_value="amount", flg_pro=False)
    return {
        "rows": len(paths),
        "models": ["first_touch", "last_touch", "linear"],
        "scopes": 1,
        "by_channel": by_channel(
            found,
            "channel_name",
            {
                "first_touch": "first_touch_value",
                "last_touch": "last_touch_value",
                "linear": "linear_touch_value",
            },
        ),
    }


def channel_attribution_markov(folder: Path, _models: list[Model]) -> dict[str, Any]:
    """ChannelAttribution's Markov model of order 1, by simulation."""
    import pandas as pd
    from ChannelAttribution import markov_model

    paths = pd.read_parquet(folder / "paths.parquet")
    found = markov_model(
        paths, "path", "conversions", var_value="amount", order=1, verbose=False, flg_pro=False
    )
    return {"rows": len(paths), "models": ["markov"], "scopes": 1, "channels": len(found)}


def marketing_attribution_models(folder: Path, _models: list[Model]) -> dict[str, Any]:
    """marketing-attribution-models (mam): its position and time rules on touch rows."""
    import polars as pl
    from mam import MAM

    journeys = pl.read_parquet(folder / "journeys.parquet")
    library = MAM(
        journeys,
        format_type="format_1",
        channels_colname="channel",
        journey_with_conv_colname="is_last",
        datetime_colname="touch_at",
        user_id_colname="opportunity_id",
        conversion_value_colname="amount",
    )
    runs = {
        "first_touch": library.run_first_click,
        "last_touch": library.run_last_click,
        "linear": library.run_linear,
        "position_based": library.run_position_based,
        "time_decay_7_day": library.run_time_decay,
    }
    found = {name: run().to_pandas() for name, run in runs.items()}
    return {
        "rows": journeys.height,
        "models": list(runs),
        "scopes": 1,
        "by_channel": {
            name: by_channel(frame, "channels", {name: "attribution"})[name]
            for name, frame in found.items()
        },
    }


def by_channel(frame: Any, key: str, columns: dict[str, str]) -> dict[str, dict[str, float]]:
    """Return model -> channel -> amount."""
    channels = [str(value) for value in frame[key]]
    return {
        model: dict(zip(channels, (float(value) for value in frame[column]), strict=True))
        for model, column in columns.items()
    }
