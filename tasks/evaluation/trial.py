"""What a list of recommendations is judged by."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.evaluation.leakage import check_overlap
from slipstream.tasks.tables import CatalogueItem, Interaction

PAIR = ["user_id", "item_id"]


@dataclass(frozen=True)
class Trial:
    """One list (user_id, item_id, rank), the later traces that judge it, the history before and what could be shown."""

    recommendations: pd.DataFrame
    truth: DataFrame[Interaction]
    seen: DataFrame[Interaction]
    catalogue: DataFrame[CatalogueItem]

    def __post_init__(self) -> None:
        """Refuse a history that knows the truth."""
        check_overlap(self.seen, self.truth)


def list_relevant(trial: Trial, *, relevant: Sequence[str]) -> pl.DataFrame:
    """List the pairs with a positive later trace of a relevant strength; reachable: offered, and new to the user."""
    truth = pl.from_pandas(trial.truth[[*PAIR, "strength", "weight"]])
    pairs = truth.filter(pl.col("strength").is_in(list(relevant)) & (pl.col("weight") > 0)).select(PAIR).unique()
    offered = pairs.join(pl.from_pandas(trial.catalogue[["item_id"]]), on="item_id", how="semi")
    reachable = offered.join(pl.from_pandas(trial.seen[PAIR]), on=PAIR, how="anti")
    flags = reachable.with_columns(reachable=pl.lit(value=True))
    return pairs.join(flags, on=PAIR, how="left").with_columns(pl.col("reachable").fill_null(value=False)).sort(PAIR)


def list_wanted(trial: Trial, *, relevant: Sequence[str], cold_below: int) -> pl.DataFrame:
    """List the reachable relevant pairs; cold_user and cold_item tell which have fewer traces than cold_below."""
    wanted = list_relevant(trial, relevant=relevant).filter("reachable").select(PAIR)
    for name, key in (("cold_user", "user_id"), ("cold_item", "item_id")):
        traces = pl.from_pandas(trial.seen[[key]]).group_by(key).len(name)
        wanted = wanted.join(traces, on=key, how="left").with_columns(pl.col(name).fill_null(0) < cold_below)
    return wanted.sort(PAIR)


def place(recommendations: pd.DataFrame, *, deepest: int) -> pl.DataFrame:
    """Count each user's list from 1, best first, down to the deepest place; users come in no order."""
    frame = pl.from_pandas(recommendations[[*PAIR, "rank"]])
    codes = (pl.col(name).cast(pl.Categorical).to_physical().alias(code) for name, code in zip(PAIR, "ui", strict=True))
    frame = frame.with_columns(codes).sort("u", "rank")
    for key, code in (("item_id", "i"), ("rank", "rank")):
        pairs = frame.select(pl.col("u").cast(pl.Int64) * (1 << 32) + pl.col(code).cast(pl.Int64)).to_series()
        if pairs.n_unique() < len(pairs):
            twice = frame.filter(pairs.is_duplicated()).sort("user_id", key)
            raise ValueError(
                f"{len(twice)} of {len(frame)} recommendations share user and {key} "
                f"(first: user {twice['user_id'][0]!r}, {key} {twice[key][0]!r}); give the list of one source"
            )
    placed = frame.with_columns(position=pl.int_range(1, pl.len() + 1).over("u"))
    return placed.filter(pl.col("position") <= deepest).select(*PAIR, "position")
