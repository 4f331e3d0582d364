"""Terms weighted by how much they say about an item (TF-IDF)."""

import numpy as np
import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.tables import ItemText, TermWeight, columns, empty


def weigh_terms(
    texts: DataFrame[ItemText], *, min_items: int = 2, max_share: float = 0.5, title_weight: float = 2.0, top: int = 0
) -> DataFrame[TermWeight]:
    """Weigh the terms of each item by (1 + log tf) * (1 + log((1 + n) / (1 + df))), rows of unit length.

    A term of the title counts `title_weight` times; terms of fewer than `min_items` items or of more than
    `max_share` of them are left out; `top` keeps the heaviest terms of an item (0: all).
    """
    counts = _count_terms(texts, title_weight)
    if not len(counts):
        return empty(TermWeight)
    total = texts["item_id"].nunique()
    counts = counts.filter((pl.col("df") >= min_items) & (pl.col("df") <= max(max_share * total, min_items)))
    idf = 1 + np.log((1 + total) / (1 + counts["df"].to_numpy()))
    table = counts.select("item_id", "term").with_columns(weight=(1 + np.log(counts["tf"].to_numpy())) * idf)
    if top:
        heaviest = pl.struct(-pl.col("weight"), "term").rank("ordinal").over("item_id")
        table = table.filter(heaviest <= top)
    return TermWeight.validate(_unit(table.to_pandas())[columns(TermWeight)])


def _count_terms(texts: DataFrame[ItemText], title_weight: float) -> pl.DataFrame:
    """Count (item_id, term, tf, df), sorted by item and term."""
    frame = pl.from_pandas(texts[columns(ItemText)])
    terms = frame.select("item_id", "field", term=pl.col("tokens").str.split(" ")).explode("term")
    worth = pl.when(pl.col("field") == "title").then(title_weight).otherwise(1.0)
    counted = (
        terms.filter(pl.col("term") != "")
        .group_by("item_id", "term", "field")
        .agg(pl.len().alias("count"))
        .group_by("item_id", "term")
        .agg((pl.col("count") * worth).sum().alias("tf"))
    )
    return counted.with_columns(df=pl.len().over("term")).filter(pl.col("tf") > 0).sort("item_id", "term")


def _unit(table: pd.DataFrame) -> pd.DataFrame:
    item = pd.factorize(table["item_id"])[0]
    length = np.sqrt(np.bincount(item, weights=table["weight"].to_numpy() ** 2))
    return table.assign(weight=table["weight"].to_numpy() / length[item] if len(table) else table["weight"])
