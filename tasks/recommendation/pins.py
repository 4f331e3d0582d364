"""Items that stand at a fixed place."""

from collections.abc import Sequence
from typing import Any

import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.recommendation.refusals import PAIR, allow
from slipstream.tasks.recommendation.rules import PIN, Rule
from slipstream.tasks.tables import Candidate, CatalogueItem, Interaction, Refusal, User, columns


def pin(
    ranked: DataFrame[Candidate],
    users: DataFrame[User],
    catalogue: DataFrame[CatalogueItem],
    interactions: DataFrame[Interaction],
    refused: Sequence[DataFrame[Refusal]],
    *,
    rules: Sequence[Rule],
    top: int,
) -> DataFrame[Candidate]:
    """Put pinned items of the catalogue at their places, the others before and behind them in their order.

    An item that the user has touched, or that a rule refuses, is not pinned. Of two pins at one place that of fewer
    users goes first; a list that is too short ends in its pins. The score of a pinned item is 0.
    """
    wanted = _wanted(rules, pl.from_pandas(users), pl.from_pandas(catalogue))
    free = allow(wanted.unique(PAIR, keep="first", maintain_order=True), interactions, refused)
    before = pl.int_range(pl.len(), dtype=pl.Int64).over("user_id")
    place = (pl.col("rank") - before).cum_max().over("user_id") - 0.5  # so many others, and half a place
    pinned = free.select(
        *PAIR, pl.lit(PIN).alias("source"), place.alias("place"), pl.lit(0.0, pl.Float32).alias("score")
    )
    rows = pl.from_pandas(ranked).join(free, on=PAIR, how="anti").sort("user_id", "rank")
    others = rows.select(
        *PAIR, "source", pl.int_range(1, pl.len() + 1).over("user_id").cast(pl.Float64).alias("place"), "score"
    )
    lined = pl.concat([pinned, others]).sort("user_id", "place", maintain_order=True)
    rank = pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("user_id").alias("rank")
    shown = lined.with_columns(rank).filter(pl.col("rank") <= top)
    return Candidate.validate(shown.select(columns(Candidate)).to_pandas())


def _wanted(rules: Sequence[Rule], users: pl.DataFrame, catalogue: pl.DataFrame) -> pl.DataFrame:
    """List who is to get which item of the catalogue where, in the order of the places."""
    schema: dict[str, Any] = {"item_id": pl.String, "rank": pl.Int64, "common": pl.Boolean, "users": pl.List(pl.String)}
    rows = [(*rule.names, rule.rank, not rule.users, list(rule.users)) for rule in rules if rule.kind == PIN]
    pins = pl.DataFrame(rows, schema=schema, orient="row").join(catalogue, on="item_id", how="semi")
    everybody = users.join(pins.filter("common").drop("users"), how="cross")
    chosen = pins.filter(~pl.col("common")).explode("users").rename({"users": "user_id"}).join(users, on="user_id")
    parts = [part.select("user_id", "item_id", "rank", "common") for part in (everybody, chosen)]
    return pl.concat(parts).sort("user_id", "rank", "common", maintain_order=True).drop("common")
