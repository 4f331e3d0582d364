"""Finished lists: the ranker's order where there is a history, and something good for everybody else."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import cast

import numpy as np
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.recommendation.ranker import RankingModel, predict
from slipstream.tasks.recommendation.refusals import PAIR, allow
from slipstream.tasks.recommendation.samples import KEYS
from slipstream.tasks.tables import Candidate, Interaction, RankingFeature, Refusal, User, columns, empty
from slipstream.tasks.user_blocks import rows_of


def ranked_items(
    model: RankingModel,
    features: Iterable[DataFrame[RankingFeature]],
    interactions: Iterable[DataFrame[Interaction]],
    users: DataFrame[User],
    fallbacks: Sequence[Iterable[DataFrame[Candidate]]],
    refused: Sequence[DataFrame[Refusal]],
    *,
    top: int,
) -> DataFrame[Candidate]:
    """Give each user the `top` best items that they have not touched and no rule refuses, each with its source.

    People with a history get the order the model serves; whoever has none, or too few candidates, gets the fallbacks
    in the given order. The score is that of the placing source: comparable within a source only. The features come in
    blocks of whole users, traces and each of the fallbacks in any blocks.
    """
    past = pl.concat([pl.from_pandas(block[PAIR]) for block in interactions]).sort(PAIR)
    best = []
    for block in features:
        touched = cast("DataFrame[Interaction]", rows_of(past, block).to_pandas())
        ordered, *_ = proposed(model, block, touched, users, [])
        best.append(first(allow(ordered, touched, refused), top=top))
    lists = pl.concat(best)
    full = lists.group_by("user_id").len().filter(pl.col("len") >= top)
    short = pl.from_pandas(users[["user_id"]]).join(full, on="user_id", how="anti")
    theirs = cast("DataFrame[Interaction]", past.join(short, on="user_id", how="semi").to_pandas())
    others = (_rows_of_some(fallback, short) for fallback in fallbacks)
    return line_up([lists, *(allow(stage, theirs, refused) for stage in others)], top=top)


def _rows_of_some(blocks: Iterable[DataFrame[Candidate]], users: pl.DataFrame) -> pl.DataFrame:
    """Keep the rows of some users."""
    tables = (pl.from_pandas(block[columns(Candidate)]) for block in chain([empty(Candidate)], blocks))
    return pl.concat([table.join(users, on="user_id", how="semi") for table in tables])


def first(ordered: pl.DataFrame, *, top: int) -> pl.DataFrame:
    """Keep the first `top` rows of each user."""
    return ordered.filter(pl.int_range(pl.len()).over("user_id") < top)


def line_up(stages: Sequence[pl.DataFrame], *, top: int) -> DataFrame[Candidate]:
    """Fill each user's list from the first stage, then from the next ones, up to `top` distinct items."""
    numbered = [stage.with_columns(pl.lit(number).alias("stage")) for number, stage in enumerate(stages)]
    lined = (
        pl.concat(numbered)
        .sort("user_id", "stage", "rank", "item_id")
        .unique(PAIR, keep="first", maintain_order=True)
        .with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("user_id").alias("rank"))
        .filter(pl.col("rank") <= top)
    )
    return Candidate.validate(lined.sort("user_id", "rank").select(columns(Candidate)).to_pandas())


def proposed(
    model: RankingModel,
    features: DataFrame[RankingFeature],
    interactions: DataFrame[Interaction],
    users: DataFrame[User],
    fallbacks: Sequence[DataFrame[Candidate]],
) -> list[pl.DataFrame]:
    """Propose to the users, before any rule: the model's order to people with a history, then the fallbacks."""
    known = pl.from_pandas(interactions[["user_id"]]).unique()
    ordered = order_by_model(model, features).join(known, on="user_id", how="semi")
    return asked_for([ordered, *(pl.from_pandas(table[columns(Candidate)]) for table in fallbacks)], users)


def asked_for(stages: Sequence[pl.DataFrame], users: DataFrame[User]) -> list[pl.DataFrame]:
    """Keep the rows of the users to serve."""
    wanted = pl.from_pandas(users[["user_id"]])
    return [stage.join(wanted, on="user_id", how="semi") for stage in stages]


def order_by_model(model: RankingModel, features: DataFrame[RankingFeature]) -> pl.DataFrame:
    """Write the model's order as candidates, ties by item."""
    scores = predict(model, features)
    rows = pl.from_pandas(features[KEYS]).with_columns(
        pl.lit(model.serve).alias("source"), pl.Series("score", scores.astype(np.float32))
    )
    rows = rows.filter(pl.col("score").is_finite()).sort("user_id", "score", "item_id", descending=[False, True, False])
    rank = pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("user_id").alias("rank")
    return rows.with_columns(rank).select(columns(Candidate))
