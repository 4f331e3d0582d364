"""Pairs of items and tags as matrices, and the pairs a model learns from."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.tables import Item, ItemTag, TagFeature, TagJudgement, TagMention

Counts: TypeAlias = sparse.csr_matrix
CONTRASTS = 8_000
SHUFFLES = 2


@dataclass(frozen=True, eq=False)
class Pairs:
    """Items by tags: who gave what, what is mentioned where, and the fold of each item."""

    items: pd.Index
    tags: pd.Index
    fold: npt.NDArray[np.int64]
    support: Counts
    people: Counts
    given: Counts
    weighted: Counts
    forgotten: npt.NDArray[np.int64]
    mentions: dict[str, Counts]
    mention_tfidf: Counts
    judged: Counts
    contrasts: Counts


def read_pairs(
    items: DataFrame[Item],
    item_tags: DataFrame[ItemTag],
    mentions: DataFrame[TagMention],
    judgements: DataFrame[TagJudgement],
    *,
    folds: int,
    seed: int,
) -> Pairs:
    """Read the tables into matrices of sorted items by sorted tags; rows of other items are left out."""
    rows = pd.Index(sorted(items["item_id"]), dtype="str", name="item_id")
    item_tags = item_tags[rows.get_indexer(pd.Index(item_tags["item_id"])) >= 0]
    mentions = mentions[rows.get_indexer(pd.Index(mentions["item_id"])) >= 0]
    judged = judgements[rows.get_indexer(pd.Index(judgements["item_id"])) >= 0]
    tags = pd.Index(sorted({*item_tags["tag"], *mentions["tag"], *judged["tag"]}), dtype="str", name="tag")
    by_people = item_tags.drop_duplicates(["item_id", "tag", "user_id"]).dropna(subset=["user_id"])
    people = _matrix(by_people, 1.0, rows, tags)
    support = _matrix(item_tags, item_tags["weight"], rows, tags)
    given = support.copy()
    given.data = np.log1p(given.data)
    chance = np.random.default_rng(seed)
    fold = chance.permutation(len(rows)) % folds
    fields = {field: mentions[mentions["field"] == field] for field in ("title", "text")}
    judged_pairs = _matrix(judged, 1.0, rows, tags)
    return Pairs(
        rows,
        tags,
        np.asarray(fold, dtype=np.int64),
        support,
        people,
        given,
        _idf_weighted(given),
        _forgotten(given, chance),
        {name: _matrix(table, table["count"], rows, tags) for name, table in fields.items()},
        _mention_tfidf(_matrix(mentions, mentions["count"], rows, tags)),
        judged_pairs,
        _contrasts(people if people.nnz else support, support + judged_pairs, chance),
    )


def _matrix(table: pd.DataFrame, values: "pd.Series | float", items: pd.Index, tags: pd.Index) -> Counts:
    at = items.get_indexer(pd.Index(table["item_id"])), tags.get_indexer(pd.Index(table["tag"]))
    data = np.broadcast_to(np.asarray(values, dtype=np.float64), len(table))
    order = np.lexsort((data, at[1], at[0]))
    built = sparse.coo_matrix((data[order], (at[0][order], at[1][order])), shape=(len(items), len(tags)))
    return built.tocsr().astype(np.float32)


def _idf_weighted(given: Counts) -> Counts:
    """Weigh the tags of an item by rarity, rows of unit length."""
    idf = 1 + np.log((1 + given.shape[0]) / (1 + np.bincount(given.indices, minlength=given.shape[1])))
    weighted = given.multiply(idf[None, :]).tocsr()
    length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return (sparse.diags(1 / np.where(length > 0, length, 1)) @ weighted).tocsr().astype(np.float32)


def _forgotten(given: Counts, chance: np.random.Generator) -> npt.NDArray[np.int64]:
    """Draw one given tag of each item (0 where there is none: its weight there is 0)."""
    count = np.diff(given.indptr)
    drawn = given.indptr[:-1] + (chance.random(len(count)) * count).astype(np.int64)
    padded = np.append(given.indices, 0)
    return np.where(count > 0, padded[np.minimum(drawn, len(padded) - 1)], 0).astype(np.int64)


def _contrasts(given: Counts, known: Counts, chance: np.random.Generator) -> Counts:
    """Shuffle the tags among given pairs and leave out what is known: pairs as common as given ones, that fit less."""
    drawn = chance.permutation(given.nnz)[:CONTRASTS]
    row, column = np.repeat(np.arange(given.shape[0]), np.diff(given.indptr))[drawn], given.indices[drawn]
    shuffled = np.concatenate([column[chance.permutation(len(column))] for _ in range(SHUFFLES)])
    keys = np.unique(np.tile(row, SHUFFLES).astype(np.int64) * given.shape[1] + shuffled)
    row, column = np.divmod(keys, max(given.shape[1], 1))
    strange = pick(known, row, column) == 0
    ones = np.ones(int(strange.sum()), np.float32)
    return sparse.csr_matrix((ones, (row[strange], column[strange])), given.shape, dtype=np.float32)


def pick(counts: Counts, row: npt.NDArray[np.int64], column: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Read the entries of a matrix at rows and columns."""
    return np.asarray(counts[row, column], dtype=np.float32).ravel() if len(row) else np.zeros(0, np.float32)


def _mention_tfidf(mentions: Counts) -> Counts:
    idf = 1 + np.log((1 + mentions.shape[0]) / (1 + np.bincount(mentions.indices, minlength=mentions.shape[1])))
    weighted = mentions.copy()
    weighted.data = (1 + np.log(mentions.data)) * idf[mentions.indices]
    return weighted.astype(np.float32)


def draw_examples(
    features: DataFrame[TagFeature], *, positives: int, negatives: int, fewest: int, seed: int
) -> pd.DataFrame:
    """Draw given pairs and others to learn from: (position, label, weight), in the order of the features.

    What people give is learnt; what editors give (pairs without a user) only when people gave fewer than `fewest` tags,
    since an editor's tags are all that the editor would give, and no example of what is missing. Only tagged items and
    pairs proposed without knowing that they were given take part. At most `positives`
    given pairs and `negatives` times as many others; the weight of a pair is how many such pairs it stands for.
    """
    given, proposed = features["given"].to_numpy() == 1, features["proposed"].to_numpy() > 0
    label = features["people"].to_numpy() > 0
    if (label & proposed).sum() < fewest:
        label = given
    item = pd.factorize(features["item_id"])[0]
    tagged = np.bincount(item, weights=label)[item] > 0
    usable = tagged & proposed & (label | ~given)
    chance = np.random.default_rng(seed)
    drawn = []
    wanted = positives
    for value in (True, False):
        pool = np.flatnonzero(usable & (label == value))
        kept = np.sort(chance.choice(pool, min(wanted, len(pool)), replace=False)) if len(pool) else pool
        drawn.append(pd.DataFrame({"position": kept, "label": value, "weight": len(pool) / max(len(kept), 1)}))
        wanted = len(kept) * negatives
    return pd.concat(drawn).astype({"label": bool, "position": "int64"}).sort_values("position", ignore_index=True)
