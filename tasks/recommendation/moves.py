"""What diversity moved in lists, and why."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.recommendation.diversity import Positions, Shelf, line, stock
from slipstream.tasks.tables import Candidate, ItemTagScore, Move, columns
from slipstream.tasks.vectors import ItemEmbedding

ROWS = 2048
ROSE = "others fell behind it"


def find_moves(
    before: DataFrame[Candidate],
    after: DataFrame[Candidate],
    item_tags: DataFrame[ItemTagScore],
    embedding: ItemEmbedding,
    *,
    quotas: Mapping[str, int],
    top: int,
) -> DataFrame[Move]:
    """List the items of the first `top` places, before or after, whose place is another one.

    An item fell because a tag of it was used up by those that stand before it now, or else because it is like one of
    them: the one with the greatest cosine.
    """
    placed = pl.from_pandas(after).select("user_id", "item_id", pl.col("rank").alias("rank_after"))
    rows = pl.from_pandas(before).select("user_id", "item_id", pl.col("rank").alias("rank_before"))
    rows = rows.join(placed, on=["user_id", "item_id"], how="left").with_columns(pl.col("rank_after").fill_null(0))
    seen = (pl.col("rank_before") <= top) | (pl.col("rank_after") > 0)
    rows = rows.filter(seen & (pl.col("rank_before") != pl.col("rank_after"))).sort("user_id", "rank_before")
    shelf = stock(before["item_id"], item_tags, embedding, quotas)
    lists = pl.from_pandas(after).sort("user_id", "rank")
    lines, _ = line(lists, shelf)
    users = {user: number for number, user in enumerate(lists["user_id"].unique(maintain_order=True))}
    rows = rows.with_columns(pl.col("user_id").replace_strict(users, return_dtype=pl.Int64).alias("line"))
    parts = [_why(rows[first : first + ROWS], lines, shelf) for first in range(0, len(rows), ROWS)]
    why = pl.Series("why", [word for part in parts for word in part], dtype=pl.String)
    return Move.validate(rows.with_columns(why).select(columns(Move)).to_pandas())


def _why(rows: pl.DataFrame, lines: Positions, shelf: Shelf) -> list[str]:
    """Say of each row why it has its new place."""
    item = shelf.items.get_indexer(pd.Index(rows["item_id"].to_pandas()))
    was, now = rows["rank_before"].to_numpy(), rows["rank_after"].to_numpy()
    others = lines[rows["line"].to_numpy()]
    ahead = (others >= 0) & ((np.arange(others.shape[1]) < now[:, None] - 1) | (now == 0)[:, None])
    cosine = np.einsum("rps,rs->rp", shelf.unit[others], shelf.unit[item])
    nearest = np.where(ahead, cosine, -np.inf).argmax(axis=1)
    tags = shelf.tags[item]
    same = (shelf.tags[others][:, :, :, None] == tags[:, None, None, :]) & ahead[:, :, None, None]
    ended = (same.sum(axis=(1, 2)) >= shelf.limits[tags]) & (tags >= 0)
    words = []
    for row in range(len(rows)):
        if 0 < now[row] < was[row]:
            words.append(ROSE)
        elif ended[row].any():
            code = tags[row, ended[row].argmax()]
            words.append(f"{shelf.limits[code]} of tag {shelf.names[code]!r} stand before it")
        else:
            other = shelf.items[others[row, nearest[row]]]
            words.append(f"it is like {other!r} before it (cosine {cosine[row, nearest[row]]:.2f})")
    return words
