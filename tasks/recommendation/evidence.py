"""What in a user's past speaks for an item: the touched items nearest to it and the tag they share."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.tables import Interaction, Item, ItemTagScore, Neighbour, UserTagScore
from slipstream.tasks.vectors import ItemEmbedding

PAIR = ["user_id", "item_id"]
TRACES = 100
SECOND = 0.5


@dataclass(frozen=True, eq=False)
class Likeness:
    """What is known of items and how alike they are; what is looked up often is prepared once."""

    items: DataFrame[Item]
    item_tags: DataFrame[ItemTagScore]
    neighbours: Sequence[DataFrame[Neighbour]] = ()
    embeddings: Sequence[ItemEmbedding] = ()

    @cached_property
    def titles(self) -> dict[str, str]:
        """What the items are called."""
        return dict(zip(self.items["item_id"], self.items["title"], strict=True))

    @cached_property
    def near(self) -> list[pl.DataFrame]:
        """How close a touched item is to another by each table of neighbours, relative to the closest."""
        tables = [pl.from_pandas(table).filter(pl.col("weight") > 0) for table in self.neighbours]
        weight = pl.col("weight").cast(pl.Float64)
        return [
            table.select(
                pl.col("item_id").alias("touched"),
                pl.col("neighbour_id").alias("item_id"),
                (weight / pl.col("weight").max().over("neighbour_id")).alias("near"),
            )
            for table in tables
        ]

    @cached_property
    def fitting(self) -> pl.DataFrame:
        """The tags that fit items."""
        return pl.from_pandas(self.item_tags[["item_id", "tag", "score"]])


@dataclass(frozen=True, eq=False)
class Evidence:
    """What reasons are drawn from: what some users did and are interested in, and how alike items are."""

    interactions: DataFrame[Interaction]
    user_tags: DataFrame[UserTagScore]
    likeness: Likeness

    @cached_property
    def liked(self) -> pl.DataFrame:
        """What each user liked, the newest items only: touched item, weight and the kind of its strongest trace."""
        traces = pl.from_pandas(self.interactions[[*PAIR, "weight", "kind", "at"]]).sort(
            "user_id", "item_id", "weight", "at", "kind", descending=[False, False, True, True, False]
        )
        liked = traces.group_by(PAIR, maintain_order=True).agg(
            pl.col("weight").sum(), pl.col("kind").first(), pl.col("at").max()
        )
        liked = liked.filter(pl.col("weight") > 0).sort("user_id", "at", "item_id", descending=[False, True, False])
        newest = liked.filter(pl.int_range(pl.len()).over("user_id") < TRACES)
        return newest.select("user_id", pl.col("item_id").alias("touched"), "weight", "kind")

    @cached_property
    def interests(self) -> pl.DataFrame:
        """The tags that users are interested in."""
        return pl.from_pandas(self.user_tags[["user_id", "tag", "score"]]).filter(pl.col("score") > 0)


def nearest_touched(rows: pl.DataFrame, evidence: Evidence) -> list[list[tuple[str, str]]]:
    """Find for each row the one or two liked items, with the kind of trace, that speak most for its item.

    An item speaks by the weight of its traces times its closeness: the neighbour weights, each table relative
    to its largest for that item, plus the positive cosines. The second one must speak half as much as the first.
    """
    paired = rows.select(PAIR).with_row_index("row").join(evidence.liked, on="user_id", how="inner")
    voices = _close(paired, evidence.likeness).filter(pl.col("close") > 0)
    voices = voices.with_columns((pl.col("close") * pl.col("weight")).alias("voice"))
    voices = voices.sort("row", "voice", "touched", descending=[False, True, False])
    loudest = pl.col("voice").first().over("row")
    place = pl.int_range(pl.len()).over("row")
    voices = voices.filter((place == 0) | ((place == 1) & (pl.col("voice") >= SECOND * loudest)))
    found: list[list[tuple[str, str]]] = [[] for _ in range(len(rows))]
    for row, item, kind in voices.select("row", "touched", "kind").iter_rows():
        found[row].append((item, kind))
    return found


def best_tags(rows: pl.DataFrame, evidence: Evidence) -> list[str]:
    """Find for each row the tag with the highest product of the user's and the item's score, "" where there is none."""
    numbered = rows.select(PAIR).with_row_index("row")
    shared = numbered.join(evidence.interests, on="user_id").join(
        evidence.likeness.fitting, on=["item_id", "tag"], suffix="_item"
    )
    shared = shared.with_columns((pl.col("score") * pl.col("score_item")).alias("product"))
    shared = shared.filter(pl.col("product") > 0).sort("row", "product", "tag", descending=[False, True, False])
    best = shared.unique("row", keep="first", maintain_order=True)
    return numbered.join(best.select("row", "tag"), on="row", how="left").sort("row")["tag"].fill_null("").to_list()


def _close(paired: pl.DataFrame, likeness: Likeness) -> pl.DataFrame:
    """Add to pairs of a listed and a touched item how close these are."""
    paired = paired.with_columns(pl.lit(0.0).alias("close"))
    for near in likeness.near:
        paired = paired.join(near, on=["touched", "item_id"], how="left", maintain_order="left")
        paired = paired.with_columns(pl.col("close") + pl.col("near").fill_null(0)).drop("near")
    for embedding in likeness.embeddings:
        cosine = np.maximum(_cosine(embedding, paired["item_id"], paired["touched"]), 0)
        paired = paired.with_columns(pl.col("close") + pl.Series(cosine))
    return paired


def _cosine(embedding: ItemEmbedding, one: pl.Series, other: pl.Series) -> np.ndarray:
    """Compare the vectors of aligned ids, 0 where one has none."""
    unit = np.vstack([embedding.unit, np.zeros((1, embedding.size), np.float32)])
    left, right = _places(embedding, one), _places(embedding, other)
    cosine = np.zeros(len(left))
    for start in range(0, len(left), 1 << 18):
        part = slice(start, start + (1 << 18))
        cosine[part] = np.einsum("ij,ij->i", unit[left[part]], unit[right[part]])
    return cosine


def _places(embedding: ItemEmbedding, ids: pl.Series) -> np.ndarray:
    """Find the row of each id, -1 where it has no vector; many equal ids are looked up once."""
    known = ids.unique()
    return ids.replace_strict(known, embedding.positions(known), return_dtype=pl.Int64).to_numpy()
