"""Tables put together, cut by time, or parted by holding out the last or a random part of each user's events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import numpy as np
import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.tables import Event, ItemTag, Row, User, columns, empty

ROUNDING = 1e-9


def before(rows: pd.DataFrame, *, as_of: datetime) -> pd.DataFrame:
    """Keep what was there before as_of: by `at`, else by `published_at`; what has no time was always there."""
    time = next((name for name in ("at", "published_at") if name in rows.columns), None)
    if time is None:
        return rows.reset_index(drop=True)
    return rows.loc[rows[time].isna() | (rows[time] < pd.Timestamp(as_of))].reset_index(drop=True)


def between(rows: pd.DataFrame, *, since: datetime, until: datetime) -> pd.DataFrame:
    """Keep what happened from since (inclusive) to until (exclusive)."""
    if "at" not in rows.columns:
        raise ValueError(f"a table of {', '.join(rows.columns)} has no column 'at'; only traces lie between two times")
    return rows.loc[(rows["at"] >= pd.Timestamp(since)) & (rows["at"] < pd.Timestamp(until))].reset_index(drop=True)


def is_held_out(
    rows: pd.DataFrame, events: DataFrame[Event], *, share: float, by: Literal["time", "random"], seed: int
) -> pd.Series:
    """Tell which rows belong to the part of each user's events that is held out.

    by="time": a user's moments (distinct pairs of at and item_id) are put in order, ties by item_id; the last
    floor(share * n) of n, at least 1 of 2 and more, are held out, and with them every row of that user from the first
    of them on. by="random": the same count of a user's distinct items, drawn by a hash of seed, user and item.
    Rows of users without events, and rows without time or item where these decide, are not held out.
    """
    if not 0 < share < 1:
        raise ValueError(f"share {share} must lie between 0 and 1, like 0.2")
    choices = {"time": _from_cut, "random": _drawn}
    if by not in choices:
        raise ValueError(f"by {by!r} is none of {', '.join(choices)}")
    needed = {"time": ("user_id", "at"), "random": ("user_id", "item_id")}[by]
    lost = [name for name in needed if name not in rows.columns]
    if lost:
        raise ValueError(
            f"a table of {', '.join(rows.columns)} has no column {lost[0]!r}; it cannot be held out by {by}"
        )
    held = choices[by](pl.from_pandas(rows), pl.from_pandas(events), share, seed)
    return pd.Series(held.to_numpy(), index=rows.index, dtype=bool)


def earlier(
    rows: pd.DataFrame, events: DataFrame[Event], *, share: float, by: Literal["time", "random"], seed: int
) -> pd.DataFrame:
    """Keep the rows that are not held out."""
    return rows.loc[~is_held_out(rows, events, share=share, by=by, seed=seed)].reset_index(drop=True)


def later(
    rows: pd.DataFrame, events: DataFrame[Event], *, share: float, by: Literal["time", "random"], seed: int
) -> pd.DataFrame:
    """Keep the rows that are held out."""
    return rows.loc[is_held_out(rows, events, share=share, by=by, seed=seed)].reset_index(drop=True)


def join_tables(tables: Sequence[pd.DataFrame], *, row: type[Row]) -> pd.DataFrame:
    """Put tables of the same rows together, sorted; where a key repeats, the first table's row counts."""
    joined = pd.concat([table for table in tables if len(table)] or [empty(row)], ignore_index=True)
    keys = [name for name, column in row.to_schema().columns.items() if column.unique] or row.to_schema().unique
    joined = joined.drop_duplicates(keys) if keys else joined
    return joined.sort_values(columns(row), ignore_index=True, kind="stable")


def distinct_users(tables: Sequence[pd.DataFrame]) -> DataFrame[User]:
    """List the users of tables, each once."""
    ids = [table["user_id"].dropna().drop_duplicates() for table in tables]
    users = pd.concat(ids) if ids else pd.Series(dtype="str")
    return User.validate(users.drop_duplicates().sort_values(ignore_index=True).to_frame("user_id"))


def sample_users(users: DataFrame[User], *, size: int, seed: int) -> DataFrame[User]:
    """Draw at most `size` users by a hash of seed and user, so that a growing log keeps most of the draw."""
    if len(users) <= size:
        return users
    salted = pd.util.hash_pandas_object(str(seed) + "/" + users["user_id"], index=False)
    return users.loc[salted.sort_values(kind="stable").index[:size]].sort_values("user_id", ignore_index=True)


def fold_users(users: DataFrame[User], *, fold: int, folds: int, seed: int) -> DataFrame[User]:
    """Draw one of `folds` parts (counted from 0) of the users, in the order of a hash of seed and user."""
    if not 0 <= fold < folds:
        raise ValueError(f"fold {fold} is none of 0 to {folds - 1}")
    salted = pd.util.hash_pandas_object(str(seed) + "/" + users["user_id"], index=False)
    drawn = salted.sort_values(kind="stable").index[fold::folds]
    return users.loc[drawn].sort_values("user_id", ignore_index=True)


def of_users(rows: pd.DataFrame, users: DataFrame[User]) -> pd.DataFrame:
    """Keep the rows of some users."""
    return rows.loc[rows["user_id"].isin(users["user_id"])].reset_index(drop=True)


def common_tags(item_tags: DataFrame[ItemTag], *, min_users: int) -> DataFrame[ItemTag]:
    """Keep the tags that at least so many people gave; what nobody in particular gave counts as given by one."""
    people = item_tags.drop_duplicates(["tag", "user_id"]).groupby("tag").size()
    return item_tags.loc[item_tags["tag"].isin(people.index[people >= min_users])].reset_index(drop=True)


def shared_items(events: DataFrame[Event], *, min_users: int) -> DataFrame[Event]:
    """Keep the traces on items that at least so many people touched."""
    people = events.drop_duplicates(["item_id", "user_id"]).groupby("item_id").size()
    return events.loc[events["item_id"].isin(people.index[people >= min_users])].reset_index(drop=True)


def _held(share: float) -> pl.Expr:
    """Count what is held out of each user's units."""
    count = (share * pl.len() + ROUNDING).floor().cast(pl.Int64)
    return pl.when(pl.len() >= 2).then(count.clip(1)).otherwise(0)


def _from_cut(rows: pl.DataFrame, events: pl.DataFrame, share: float, _: int) -> pl.Series:
    moments = events.select("user_id", "at", "item_id").unique().sort("user_id", "at", "item_id")
    place = pl.int_range(pl.len()).over("user_id")
    first = (pl.len() - _held(share)).over("user_id")
    cuts = moments.filter(place == first).rename({"at": "cut_at", "item_id": "cut_item"})
    met = rows.join(cuts, on="user_id", how="left", maintain_order="left")
    item = pl.col("item_id") if "item_id" in rows.columns else pl.lit(None, dtype=pl.String)
    tied = (pl.col("at") == pl.col("cut_at")) & (item.fill_null(pl.col("cut_item")) >= pl.col("cut_item"))
    return met.select(((pl.col("at") > pl.col("cut_at")) | tied).fill_null(value=False).alias("held")).to_series()


def _drawn(rows: pl.DataFrame, events: pl.DataFrame, share: float, seed: int) -> pl.Series:
    pairs = events.select("user_id", "item_id").unique().sort("user_id", "item_id")
    texts = (pairs["user_id"] + "\x1f" + pairs["item_id"]).to_numpy().astype(object)
    lots = pd.util.hash_array(texts, hash_key=f"{seed:016d}"[-16:], categorize=False)
    drawn = pairs.with_columns(pl.Series("lot", np.asarray(lots, dtype=np.uint64))).sort("user_id", "lot", "item_id")
    held = drawn.filter(pl.int_range(pl.len()).over("user_id") < _held(share).over("user_id"))
    met = rows.join(held.with_columns(pl.lit(value=True).alias("held")), on=["user_id", "item_id"], how="left",
                    maintain_order="left")  # fmt: skip
    return met["held"].fill_null(value=False)
