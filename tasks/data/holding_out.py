"""Tables parted by what of the events is held out: the last of each user, a random share, whole items, given pairs."""

from typing import Literal

import numpy as np
import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.tables import Event

ROUNDING = 1e-9
PAIR = ["user_id", "item_id"]
By = Literal["time", "last", "random", "events", "items"]
WAYS: dict[str, tuple[str, ...]] = {
    "time": ("user_id", "at"),
    "last": ("user_id", "at"),
    "random": ("user_id", "item_id"),
    "events": ("user_id", "item_id"),
    "items": ("item_id",),
}


def is_held_out(rows: pd.DataFrame, events: DataFrame[Event], *, share: float, by: By, seed: int) -> pd.Series:
    """Tell which rows belong to the part of the events that is held out.

    by="time": a user's moments (distinct pairs of at and item_id) are put in order, ties by item_id; the last
    floor(share * n) of n, at least 1 of 2 and more, are held out, and with them every row of that user from the first
    of them on. by="last": the same with 1 of 2 and more, whatever the share. by="random": as many of a user's distinct
    items as by time, drawn by a hash of seed, user and item. by="events": floor(share * n) of all n distinct pairs of
    user and item, drawn by that hash. by="items": floor(share * n) of all n distinct items, drawn by a hash of seed and
    item, with everything on them. Rows of users without events, and rows without time or item where these decide,
    are not held out.
    """
    if by not in WAYS:
        raise ValueError(f"by {by!r} is none of {', '.join(WAYS)}")
    if by != "last" and not 0 < share < 1:
        raise ValueError(f"share {share} must lie between 0 and 1, like 0.2")
    lost = [name for name in WAYS[by] if name not in rows.columns]
    if lost:
        raise ValueError(
            f"a table of {', '.join(rows.columns)} has no column {lost[0]!r}; it cannot be held out by {by}"
        )
    traces, given = pl.from_pandas(rows), pl.from_pandas(events)
    held = (
        _from_cut(traces, given, _cut_count(share, by))
        if by in {"time", "last"}
        else _drawn(traces, given, share, by, seed)
    )
    return pd.Series(held.to_numpy(), index=rows.index, dtype=bool)


def earlier(rows: pd.DataFrame, events: DataFrame[Event], *, share: float, by: By, seed: int) -> pd.DataFrame:
    """Keep the rows that are not held out."""
    return rows.loc[~is_held_out(rows, events, share=share, by=by, seed=seed)].reset_index(drop=True)


def later(rows: pd.DataFrame, events: DataFrame[Event], *, share: float, by: By, seed: int) -> pd.DataFrame:
    """Keep the rows that are held out."""
    return rows.loc[is_held_out(rows, events, share=share, by=by, seed=seed)].reset_index(drop=True)


def without_pairs(rows: pd.DataFrame, held_out: DataFrame[Event]) -> pd.DataFrame:
    """Leave out the rows whose user and item stand together in another table."""
    lost = [name for name in PAIR if name not in rows.columns]
    if lost:
        raise ValueError(
            f"a table of {', '.join(rows.columns)} has no column {lost[0]!r}; no pair can be left out of it"
        )
    held = pd.MultiIndex.from_frame(held_out[PAIR].drop_duplicates())
    return rows.loc[~pd.MultiIndex.from_frame(rows[PAIR]).isin(held)].reset_index(drop=True)


def _cut_count(share: float, by: str) -> pl.Expr:
    """Count what is held out of each user's units in a row of their own."""
    return pl.when(pl.len() >= 2).then(1).otherwise(0) if by == "last" else _count(share, at_least=1)


def _count(share: float, *, at_least: int) -> pl.Expr:
    """Count what a share of so many rows is; of less than 2, nothing."""
    count = (share * pl.len() + ROUNDING).floor().cast(pl.Int64)
    return pl.when(pl.len() >= 2).then(count.clip(at_least)).otherwise(0)


def _from_cut(rows: pl.DataFrame, events: pl.DataFrame, count: pl.Expr) -> pl.Series:
    moments = events.select("user_id", "at", "item_id").unique().sort("user_id", "at", "item_id")
    place = pl.int_range(pl.len()).over("user_id")
    first = (pl.len() - count).over("user_id")
    cuts = moments.filter(place == first).rename({"at": "cut_at", "item_id": "cut_item"})
    met = rows.join(cuts, on="user_id", how="left", maintain_order="left")
    item = pl.col("item_id") if "item_id" in rows.columns else pl.lit(None, dtype=pl.String)
    tied = (pl.col("at") == pl.col("cut_at")) & (item.fill_null(pl.col("cut_item")) >= pl.col("cut_item"))
    return met.select(((pl.col("at") > pl.col("cut_at")) | tied).fill_null(value=False).alias("held")).to_series()


def _drawn(rows: pl.DataFrame, events: pl.DataFrame, share: float, by: str, seed: int) -> pl.Series:
    key = list(WAYS[by])
    units = events.select(key).unique().sort(key)
    text = pl.concat_str([pl.col(name) for name in key], separator="\x1f")
    texts = units.select(text.alias("text"))["text"].to_numpy().astype(object)
    lots = pd.util.hash_array(texts, hash_key=f"{seed:016d}"[-16:], categorize=False)
    groups = ["user_id"] if by == "random" else []
    drawn = units.with_columns(pl.Series("lot", np.asarray(lots, dtype=np.uint64))).sort(*groups, "lot", *key)
    place, count = pl.int_range(pl.len()), _count(share, at_least=len(groups))
    held = drawn.filter(place.over(groups) < count.over(groups) if groups else place < count)
    met = rows.join(held.select(*key, pl.lit(value=True).alias("held")), on=key, how="left", maintain_order="left")
    return met["held"].fill_null(value=False)
