"""House rules on finished lists: nothing hidden, nothing twice, not too much of one tag."""

from collections.abc import Sequence

import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.tables import Candidate, Interaction, ItemTagScore, columns

PAIR = ["user_id", "item_id"]


def refuse(candidates: pl.DataFrame, interactions: DataFrame[Interaction], hidden: Sequence[str]) -> pl.DataFrame:
    """Add the `rule` by which a candidate may not be served: hidden, or seen by the user; null where it may."""
    seen = pl.from_pandas(interactions[PAIR]).unique().with_columns(pl.lit("seen").alias("seen"))
    rule = pl.when(pl.col("item_id").is_in(list(hidden))).then(pl.lit("hidden")).otherwise(pl.col("seen"))
    judged = candidates.join(seen, on=PAIR, how="left", maintain_order="left")
    return judged.with_columns(rule.alias("rule")).drop("seen")


def allow(candidates: pl.DataFrame, interactions: DataFrame[Interaction], hidden: Sequence[str]) -> pl.DataFrame:
    """Leave out what the user has touched already, and hidden items."""
    return refuse(candidates, interactions, hidden).filter(pl.col("rule").is_null()).drop("rule")


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
    return _table(lined)


def crowd(ranked: DataFrame[Candidate], item_tags: DataFrame[ItemTagScore], *, per_tag: int) -> pl.DataFrame:
    """Add to lists the best `tag` of each item, and whether `per_tag` items of it stand before (0 means no limit)."""
    best = pl.from_pandas(item_tags).sort("item_id", "score", "tag", descending=[False, True, False])
    best = best.unique("item_id", keep="first", maintain_order=True).select("item_id", "tag")
    place = pl.int_range(pl.len()).over("user_id", "tag")
    rows = pl.from_pandas(ranked).join(best, on="item_id", how="left").sort("user_id", "rank")
    return rows.with_columns((pl.col("tag").is_not_null() & (place >= per_tag) & (per_tag > 0)).alias("crowded"))


def spread(
    ranked: DataFrame[Candidate], item_tags: DataFrame[ItemTagScore], *, per_tag: int, top: int
) -> DataFrame[Candidate]:
    """Keep at most `per_tag` items whose best tag is the same in the first places; the others move behind them."""
    rows = crowd(ranked, item_tags, per_tag=per_tag)
    first, rest = rows.filter(~pl.col("crowded")), rows.filter(pl.col("crowded"))
    return line_up([first.select(columns(Candidate)), rest.select(columns(Candidate))], top=top)


def _table(rows: pl.DataFrame) -> DataFrame[Candidate]:
    """Hand rows on as a table of candidates."""
    frame: pd.DataFrame = rows.sort("user_id", "rank").select(columns(Candidate)).to_pandas()
    return Candidate.validate(frame)
