"""Lists whose items differ: not too much alike, not too many of one tag."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.recommendation.history import place_within
from slipstream.tasks.tables import Candidate, ItemTagScore, columns
from slipstream.tasks.vectors import ItemEmbedding

LIKELY = 0.5
OTHERS = "*"
USERS = 256
USED_UP = 10.0  # more than any two relevances differ
Positions = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Shelf:
    """The items of lists; the last row, which -1 finds, stands for no item.

    `unit` has a row of length 1 (0 without a vector) an item, `tags` its limited tags as codes, -1 where it has fewer;
    `names` and `limits` have for each code the tag and how many of it may stand in a list, the last limit is of -1.
    """

    items: pd.Index
    unit: Reals
    tags: Positions
    names: list[str]
    limits: Positions


def check_diversity(diversity: float, quotas: Mapping[str, int]) -> None:
    """Refuse numbers that mean nothing."""
    if not 0 <= diversity <= 1:
        raise ValueError(f"diversity {diversity} must lie between 0 (off) and 1")
    for tag, quota in quotas.items():
        if not isinstance(quota, int) or isinstance(quota, bool) or quota < 0:
            raise ValueError(f'quotas allow {quota!r} items of {tag!r}; give a whole number, like {{"politics": 2}}')


def diversify(
    ranked: DataFrame[Candidate],
    item_tags: DataFrame[ItemTagScore],
    embedding: ItemEmbedding,
    *,
    diversity: float,
    quotas: Mapping[str, int],
    top: int,
) -> DataFrame[Candidate]:
    """Choose each list of `top` anew from a longer one, item by item.

    The next item is the one of the greatest maximal marginal relevance (Carbonell and Goldstein 1998),
    (1 - diversity) / log2(1 + rank) - diversity * (largest positive cosine to a chosen one), among those whose tags are
    not used up; where there is none, among all. `quotas` limit the items of a tag, "*" those of each tag that they do
    not name. An item has the tags that more likely than not fit it, at least its best one.
    """
    rows = pl.from_pandas(ranked).sort("user_id", "rank")
    shelf = stock(ranked["item_id"], item_tags, embedding, quotas)
    lines, starts = line(rows, shelf)
    parts = [choose(lines[first : first + USERS], shelf, diversity, top) for first in range(0, len(lines), USERS)]
    picked = np.concatenate(parts) if parts else np.zeros((0, top), np.int64)
    user, place = np.nonzero(picked >= 0)
    chosen = rows[starts[user] + picked[user, place]].with_columns(pl.Series("rank", (place + 1).astype(np.int32)))
    return Candidate.validate(chosen.select(columns(Candidate)).to_pandas())


def stock(
    items: pd.Series, item_tags: DataFrame[ItemTagScore], embedding: ItemEmbedding, quotas: Mapping[str, int]
) -> Shelf:
    """Gather what is known of items: their vectors and their limited tags."""
    known = pd.Index(items.unique(), dtype="str").sort_values()
    unit = ItemEmbedding(embedding.ids, embedding.unit).rows([*known, ""])
    tags = pl.from_pandas(item_tags[item_tags["item_id"].isin(known)])
    best = pl.col("score") == pl.col("score").max().over("item_id")
    tags = tags.filter((pl.col("score") >= LIKELY) | best)
    tags = tags.sort("item_id", "score", "tag", descending=[False, True, False])
    tags = tags if OTHERS in quotas else tags.filter(pl.col("tag").is_in(list(quotas)))
    names = tags["tag"].unique().sort().to_list()
    row = known.get_indexer(tags["item_id"].to_pandas()).astype(np.int64)
    place = place_within(row)
    codes = np.full((len(known) + 1, int(place.max(initial=-1)) + 1), -1, np.int64)
    codes[row, place] = pd.Index(names, dtype="str").get_indexer(tags["tag"].to_pandas())
    limits = [quotas.get(name, quotas.get(OTHERS, 0)) for name in names]
    return Shelf(known, unit, codes, names, np.array([*limits, np.iinfo(np.int64).max], np.int64))


def line(rows: pl.DataFrame, shelf: Shelf) -> tuple[Positions, Positions]:
    """Lay sorted lists out as positions of items, (users, longest list), -1 behind an end, and give the starts."""
    user = rows["user_id"].rle_id().to_numpy().astype(np.int64)
    place = place_within(user)
    lines = np.full((int(user.max(initial=-1)) + 1, int(place.max(initial=-1)) + 1), -1, np.int64)
    lines[user, place] = shelf.items.get_indexer(pd.Index(rows["item_id"].to_pandas()))
    return lines, np.flatnonzero(place == 0)


def choose(lines: Positions, shelf: Shelf, diversity: float, top: int) -> Positions:
    """Pick places of each line, the first one first, -1 where there is no more: shape (users, top)."""
    users, depth = lines.shape
    everybody = np.arange(users)
    worth = ((1 - diversity) / np.log2(np.arange(depth) + 2)).astype(np.float32)
    free, near = lines >= 0, np.zeros((users, depth), np.float32)
    vectors, tags = shelf.unit[lines], shelf.tags[lines]
    used = np.zeros((users, len(shelf.limits)), np.int64)
    picked = np.full((users, top), -1, np.int64)
    for place in range(min(top, depth)):
        ended = (used >= shelf.limits)[everybody[:, None, None], tags].any(axis=2)
        score = np.where(free, worth - diversity * near - USED_UP * ended, -np.inf)
        best = score.argmax(axis=1)
        there = free[everybody, best]
        picked[there, place] = best[there]
        free[everybody, best] = False
        np.add.at(used, (everybody[:, None], tags[everybody, best]), there[:, None])
        if diversity:
            near = np.maximum(near, (vectors @ vectors[everybody, best][:, :, None])[:, :, 0])
    return picked
