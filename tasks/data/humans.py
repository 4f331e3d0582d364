"""Robots among people, and traces that were logged twice."""

from datetime import timedelta

import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.tables import Event, User

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PAUSE = timedelta(hours=3)
BEATS = 30


def find_robots(
    events: DataFrame[Event],
    *,
    max_per_hour: int,
    max_items_per_minute: int,
    busy_minutes: int,
    max_items_per_day: int,
    awake_hours: float,
    regularity: float,
) -> DataFrame[User]:
    """Find users no person could be, by what tells crawlers from readers: rate, breadth, nights and rhythm.

    One is a robot (Tan and Kumar 2002 judge web sessions by such signs) with
    more than max_per_hour traces within any 60 minutes;
    more than max_items_per_minute distinct items in each of at least busy_minutes clock minutes;
    more than max_items_per_day items touched for the first time within any 24 hours;
    more than awake_hours without a pause of 3 hours; or
    30 moments at most an hour apart on average whose distances vary by less than regularity times their mean.
    """
    traces = pl.from_pandas(events).select("user_id", "item_id", "at").sort("user_id", "at")
    minutes = traces.group_by("user_id", pl.col("at").dt.truncate(MINUTE)).agg(
        pl.col("item_id").n_unique().alias("items")
    )
    busy = minutes.filter(pl.col("items") > max_items_per_minute).group_by("user_id").len()
    first = traces.group_by("user_id", "item_id").agg(pl.col("at").min()).sort("user_id", "at")
    found = [
        _more_within(traces, max_per_hour, HOUR),
        busy.filter(pl.col("len") >= busy_minutes).select("user_id"),
        _more_within(first, max_items_per_day, DAY),
        *_restless(traces, timedelta(hours=awake_hours), regularity),
    ]
    return User.validate(pl.concat(found).unique().sort("user_id").to_pandas())


def without(rows: pd.DataFrame, users: DataFrame[User]) -> pd.DataFrame:
    """Keep the rows of everybody but some users."""
    return rows.loc[~rows["user_id"].isin(users["user_id"])].reset_index(drop=True)


def without_repeats(events: DataFrame[Event], *, seconds: float) -> DataFrame[Event]:
    """Leave out a trace that follows one of the same user, item and kind within so many seconds."""
    key = ["user_id", "item_id", "kind"]
    rows = pl.from_pandas(events).sort(*key, "at", "value")
    age = pl.col("at") - pl.col("at").shift(1).over(key)
    kept = rows.filter((age > timedelta(seconds=seconds)).fill_null(value=True))
    return Event.validate(kept.sort(rows.columns).to_pandas())


def _more_within(traces: pl.DataFrame, limit: int, span: timedelta) -> pl.DataFrame:
    """Find the users with more than `limit` of some sorted traces within a span of time."""
    last = pl.col("at").shift(-limit).over("user_id")
    return traces.filter(last - pl.col("at") < span).select("user_id")


def _restless(traces: pl.DataFrame, awake: timedelta, regularity: float) -> list[pl.DataFrame]:
    """Find the users who never pause, and those who go on like a clock."""
    moments = traces.select("user_id", "at").unique().sort("user_id", "at")
    gap = (pl.col("at") - pl.col("at").shift(1)).over("user_id")
    moments = moments.with_columns(gap.alias("gap"), ((gap >= PAUSE).fill_null(value=True)).cum_sum().alias("run"))
    runs = moments.group_by("user_id", "run").agg(pl.col("at").max() - pl.col("at").min())
    seconds = (pl.min_horizontal("gap", pl.lit(PAUSE)).dt.total_microseconds() / 1e6).alias("seconds")
    beats = moments.drop_nulls("gap").with_columns(seconds)
    mean, spread = (getattr(pl.col("seconds"), name)(BEATS).over("user_id") for name in ("rolling_mean", "rolling_std"))
    even = beats.filter((mean <= HOUR.total_seconds()) & (spread < regularity * mean))
    return [runs.filter(pl.col("at") > awake).select("user_id"), even.select("user_id")]
