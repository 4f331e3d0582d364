"""House rules on finished lists: nothing hidden, nothing twice, not too much of one tag."""

from collections.abc import Sequence

import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.tables import Candidate, Interaction, ItemTagScore, columns

PAIR = ["user_id", "item_id"]


def allow(candidates: pl.DataFrame, interactions: DataFrame[Interaction], hidden: Sequence[str]) -> pl.DataFrame:
    """Leave out what the user has touched already, and hidden items."""
    seen = pl.from_pandas(interactions[PAIR])
    return candidates.filter(~pl.col("item_id").is_in(list(hidden))).join(seen, on=PAIR, how="anti")


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


def spread(
    ranked: DataFrame[Candidate], item_tags: DataFrame[ItemTagScore], *, per_tag: int, top: int
) -> DataFrame[Candidate]:
    """Keep at most `per_tag` items whose best tag is the same in the first places; the others move behind them."""
    best = pl.from_pandas(item_tags).sort("item_id", "score", "tag", descending=[False, True, False])
    best = best.unique("item_id", keep="first", maintain_order=True).select("item_id", "tag")
    place = pl.int_range(pl.len()).over("user_id", "tag")
    spare = pl.when(pl.col("tag").is_not_null() & (place >= per_tag)).then(1).otherwise(0)
    rows = pl.from_pandas(ranked).join(best, on="item_id", how="left").sort("user_id", "rank")
    rows = rows.with_columns(spare.alias("spare") if per_tag > 0 else pl.lit(0).alias("spare"))
    first, rest = (rows.filter(pl.col("spare") == number).select(columns(Candidate)) for number in (0, 1))
    return line_up([first, rest], top=top)


def _table(rows: pl.DataFrame) -> DataFrame[Candidate]:
    """Hand rows on as a table of candidates."""
    frame: pd.DataFrame = rows.sort("user_id", "rank").select(columns(Candidate)).to_pandas()
    return Candidate.validate(frame)
