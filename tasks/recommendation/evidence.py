"""What in a user's past speaks for an item: the touched items nearest to it and the tag they share."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import polars as pl
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.matrices import Floats, Integers, distinct, positions
from slipstream.tasks.tables import Interaction, Item, ItemTagScore, Neighbour, UserTagScore
from slipstream.tasks.vectors import ItemEmbedding, Matrix, dots

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
    def ids(self) -> pd.Index:
        """The items that something else is known to be like, in order."""
        columns = [table[name] for table in self.neighbours for name in ("item_id", "neighbour_id")]
        return distinct(
            pd.concat([pd.Series(dtype="str"), *columns, *(pd.Series(each.ids) for each in self.embeddings)])
        )

    @cached_property
    def near(self) -> list[sparse.csr_array]:
        """How close a touched item (rows) is to another by each table of neighbours, relative to the closest."""
        return [self._near(table[table["weight"] > 0]) for table in self.neighbours]

    def _near(self, table: pd.DataFrame) -> sparse.csr_array:
        touched, item = positions(table["item_id"], self.ids), positions(table["neighbour_id"], self.ids)
        weight, closest = table["weight"].to_numpy(np.float64), np.zeros(len(self.ids))
        np.maximum.at(closest, item, weight)
        return sparse.csr_array((weight / closest[item], (touched, item)), shape=(len(self.ids), len(self.ids)))

    @cached_property
    def units(self) -> list[Matrix]:
        """The vectors of length 1 of the items in order by each embedding, zeros where it has none."""
        return [type(each)(each.ids, each.unit).rows(self.ids) for each in self.embeddings]

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
    ids = evidence.likeness.ids
    listed = rows.select("user_id", _placed(rows["item_id"], ids)).with_row_index("row").filter(pl.col("item_id") >= 0)
    liked = evidence.liked.with_columns(_placed(evidence.liked["touched"], ids)).filter(pl.col("touched") >= 0)
    paired = listed.join(liked, on="user_id", how="inner")
    close = _close(paired["touched"].to_numpy(), paired["item_id"].to_numpy(), evidence.likeness)
    voices = paired.with_columns(pl.Series("voice", close * paired["weight"].to_numpy())).filter(pl.Series(close > 0))
    voices = voices.sort("row", "voice", "touched", descending=[False, True, False])
    loudest = pl.col("voice").first().over("row")
    place = pl.int_range(pl.len()).over("row")
    voices = voices.filter((place == 0) | ((place == 1) & (pl.col("voice") >= SECOND * loudest)))
    found: list[list[tuple[str, str]]] = [[] for _ in range(len(rows))]
    touched = ids.to_numpy(object)[voices["touched"].to_numpy()]
    for row, item, kind in zip(voices["row"], touched, voices["kind"], strict=True):
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


def _placed(items: pl.Series, ids: pd.Index) -> pl.Series:
    """Find where each item stands, -1 where nothing is known to be like it."""
    return pl.Series(items.name, positions(items.to_pandas(), ids))


def _close(touched: Integers, items: Integers, likeness: Likeness) -> Floats:
    """Compute how close each of these touched items is to the item beside it."""
    close = np.zeros(len(items))
    for near in likeness.near if len(items) else ():  # scipy looks up one pair at least
        close += near[touched, items]
    for unit in likeness.units:
        close += np.maximum(dots(unit, items, unit, touched), 0)
    return close
