"""Robots among people, and traces that were logged twice."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TypedDict, Unpack

import numpy as np
import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.data.ordering import coded, sort_rows
from slipstream.tasks.ranges import Stored, by_user, pieces
from slipstream.tasks.tables import Event, User

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PAUSE = timedelta(hours=3)
BEATS = 30
KEY = ("user_id", "item_id", "kind")


class Limits(TypedDict):
    """What a person would not exceed."""

    max_per_hour: int
    max_items_per_minute: int
    busy_minutes: int
    max_items_per_day: int
    awake_hours: float
    regularity: float


def find_robots(events: DataFrame[Event], **limits: Unpack[Limits]) -> DataFrame[User]:
    """Find users no person could be, by what tells crawlers from readers: rate, breadth, nights and rhythm.

    One is a robot (Tan and Kumar 2002 judge web sessions by such signs) with
    more than max_per_hour traces within any 60 minutes;
    more than max_items_per_minute distinct items in each of at least busy_minutes clock minutes;
    more than max_items_per_day items touched for the first time within any 24 hours;
    more than awake_hours without a pause of 3 hours; or
    30 moments at most an hour apart on average whose distances vary by less than regularity times their mean.
    """
    return User.validate(_robots(pl.from_pandas(events), limits).to_pandas())


def find_robots_by_user(events: Stored, **limits: Unpack[Limits]) -> DataFrame[User]:
    """Find robots as `find_robots` does, reading some users at a time."""
    found = [_robots(traces, limits) for (traces,) in by_user(events)]
    return User.validate(pl.concat(found).to_pandas())


def without(rows: pd.DataFrame, users: DataFrame[User]) -> pd.DataFrame:
    """Keep the rows of everybody but some users."""
    return rows.loc[~rows["user_id"].isin(users["user_id"])].reset_index(drop=True)


def without_in_parts(rows: Stored, users: DataFrame[User]) -> Iterator[pd.DataFrame]:
    """Keep the rows of everybody but some users, part by part."""
    left_out = pl.from_pandas(users)["user_id"].implode()
    return pieces(part.filter(~pl.col("user_id").is_in(left_out).fill_null(value=False)) for part in rows.parts())


def without_repeats(events: DataFrame[Event], *, seconds: float) -> DataFrame[Event]:
    """Leave out a trace that follows one of the same user, item and kind within so many seconds."""
    return Event.validate(_without_repeats(pl.from_pandas(events), seconds).to_pandas())


def without_repeats_by_user(events: Stored, *, seconds: float) -> Iterator[pd.DataFrame]:
    """Leave out repeats as `without_repeats` does, some users at a time."""
    return pieces(_without_repeats(traces, seconds) for (traces,) in by_user(events))


def _without_repeats(events: pl.DataFrame, seconds: float) -> pl.DataFrame:
    rows = sort_rows(events, [*KEY, "at", "value"])
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in KEY)
    age = pl.col("at") - pl.col("at").shift(1)
    kept = rows.filter((~same | (age > timedelta(seconds=seconds))).fill_null(value=True))
    return sort_rows(kept, kept.columns)


def _robots(events: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """Name the robots among users, sorted; users and items are numbered meanwhile."""
    users = events["user_id"].unique().sort()
    numbered = {name: coded(events[name]) for name in ("user_id", "item_id")}
    traces = sort_rows(events.select("at").with_columns(**numbered), ["user_id", "at"])
    broad = traces.filter(pl.len().over("user_id") > limits["max_items_per_day"])
    first = broad.group_by("user_id", "item_id").agg(pl.col("at").min()).sort("user_id", "at")
    found = [
        _more_within(traces, limits["max_per_hour"], HOUR),
        _sweeping(traces, limits["max_items_per_minute"], limits["busy_minutes"]),
        _more_within(first, limits["max_items_per_day"], DAY),
        *_restless(traces, timedelta(hours=limits["awake_hours"]), limits["regularity"]),
    ]
    return users.gather(pl.concat(found)["user_id"].unique().sort()).to_frame()


def _more_within(traces: pl.DataFrame, limit: int, span: timedelta) -> pl.DataFrame:
    """Find the users with more than `limit` of some sorted traces within a span of time."""
    is_same = pl.col("user_id").shift(-limit) == pl.col("user_id")
    return traces.filter(is_same & (pl.col("at").shift(-limit) - pl.col("at") < span)).select("user_id")


def _sweeping(traces: pl.DataFrame, limit: int, minutes: int) -> pl.DataFrame:
    """Find the users with more than `limit` distinct items in each of at least so many clock minutes."""
    minute = pl.col("at").dt.truncate(MINUTE)
    hasty = traces.join(_more_within(traces, limit, MINUTE).unique(), on="user_id", how="semi")
    items = hasty.group_by("user_id", minute).agg(pl.col("item_id").n_unique())
    busy = items.filter(pl.col("item_id") > limit).group_by("user_id").len()
    return busy.filter(pl.col("len") >= minutes).select("user_id")


def _restless(traces: pl.DataFrame, awake: timedelta, regularity: float) -> list[pl.DataFrame]:
    """Find the users who never pause, and those who go on like a clock."""
    is_same = pl.col("user_id") == pl.col("user_id").shift(1)
    gap = pl.when(is_same).then(pl.col("at") - pl.col("at").shift(1))
    moments = traces.select("user_id", "at", gap.alias("gap"))
    moments = moments.filter(pl.col("gap").is_null() | (pl.col("gap") > timedelta(0)))
    starts = np.flatnonzero(moments.select((pl.col("gap") >= PAUSE).fill_null(value=True)).to_series().to_numpy())
    ends = np.append(starts[1:], len(moments)) - 1 if len(starts) else starts
    at = moments["at"]
    runs = pl.DataFrame({"user_id": moments["user_id"].gather(starts), "at": at.gather(ends) - at.gather(starts)})
    seconds = (pl.min_horizontal("gap", pl.lit(PAUSE)).dt.total_microseconds() / 1e6).alias("seconds")
    beats = moments.drop_nulls("gap").filter(pl.len().over("user_id") >= BEATS).with_columns(seconds)
    mean, spread = (getattr(pl.col("seconds"), name)(BEATS).over("user_id") for name in ("rolling_mean", "rolling_std"))
    even = beats.filter((mean <= HOUR.total_seconds()) & (spread < regularity * mean))
    return [runs.filter(pl.col("at") > awake).select("user_id"), even.select("user_id")]
