"""Robots among people."""

from datetime import timedelta

import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.tables import Event, User

HOUR = timedelta(hours=1)
MINUTE = "1m"


def find_robots(
    events: DataFrame[Event], *, max_per_hour: int, max_items_per_minute: int, busy_minutes: int
) -> DataFrame[User]:
    """Find users no person could be.

    One is a robot with more than max_per_hour traces within any 60 minutes, or with more than max_items_per_minute
    distinct items in each of at least busy_minutes clock minutes.
    """
    traces = pl.from_pandas(events).select("user_id", "item_id", "at").sort("user_id", "at")
    last = pl.col("at").shift(-max_per_hour).over("user_id")
    hasty = traces.filter(last - pl.col("at") < HOUR).select("user_id")
    minutes = traces.group_by("user_id", pl.col("at").dt.truncate(MINUTE)).agg(
        pl.col("item_id").n_unique().alias("items")
    )
    busy = minutes.filter(pl.col("items") > max_items_per_minute).group_by("user_id").len()
    sweeping = busy.filter(pl.col("len") >= busy_minutes).select("user_id")
    return User.validate(pl.concat([hasty, sweeping]).unique().sort("user_id").to_pandas())


def without(rows: pd.DataFrame, users: DataFrame[User]) -> pd.DataFrame:
    """Keep the rows of everybody but some users."""
    return rows.loc[~rows["user_id"].isin(users["user_id"])].reset_index(drop=True)
