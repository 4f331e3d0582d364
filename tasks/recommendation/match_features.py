"""How well an item matches a user, by tags and by vectors."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.matrices import positions
from slipstream.tasks.recommendation.history import Extent, Feature, History, Pairs, share_within
from slipstream.tasks.tables import ItemTagScore, UserTagScore
from slipstream.tasks.vectors import ItemEmbedding, Matrix, dots

ROWS = 200_000
RECENT = 10
FADE = 0.8


@dataclass(frozen=True, eq=False)
class Tags:
    """The tags of the users and of the items of a pool: shapes (users, tags) and (items, tags)."""

    users: sparse.csr_matrix
    items: sparse.csr_matrix


def lay_out_tags(
    extent: Extent | Pairs, item_tags: DataFrame[ItemTagScore], user_tags: DataFrame[UserTagScore]
) -> Tags:
    """Lay out the tags that users have."""
    tags = pd.Index(user_tags["tag"].unique(), dtype="str").sort_values()
    users = _tag_matrix(user_tags, user_tags["user_id"], extent.users, tags)
    return Tags(users, _tag_matrix(item_tags, item_tags["item_id"], extent.items, tags))


def tag_features(pairs: Pairs, tags: Tags) -> dict[str, Feature]:
    """Multiply user tags and item tags: the sum, its share of the user's best, the best tag and the cosine."""
    users, items = tags.users[pairs.first : pairs.first + len(pairs.users)], tags.items
    total, best = np.zeros(len(pairs), np.float32), np.zeros(len(pairs), np.float32)
    for start in range(0, len(pairs), ROWS):
        rows = slice(start, start + ROWS)
        product = users[pairs.user[rows]].multiply(items[pairs.item[rows]]).tocsr()
        total[rows] = product.sum(axis=1).A1 if hasattr(product.sum(axis=1), "A1") else product.sum(axis=1)
        best[rows] = product.max(axis=1).toarray().ravel() if product.nnz else 0
    length = _length(users)[pairs.user] * _length(items)[pairs.item]
    return {
        "tags__sum": total,
        "tags__share": share_within(pairs.user, total.astype(np.float64), len(pairs.users)),
        "tags__best": best,
        "tags__cosine": np.asarray(total / np.where(length > 0, length, 1), dtype=np.float32),
    }


def embedding_features(pairs: Pairs, history: History, embedding: ItemEmbedding, *, name: str) -> dict[str, Feature]:
    """Compare an item with its user's traces by cosine: with all of them, the recent ones and the nearest recent."""
    known = embedding.positions(history.items)
    vectors = np.vstack([embedding.unit, np.zeros((1, embedding.size), np.float32)])[known]
    recent = (history.user >= 0) & (history.place < RECENT)
    fading = np.where(recent, FADE**history.place, 0)
    all_time = _pool(vectors, history, np.where(history.user >= 0, history.weight, 0), len(pairs.users))
    lately = _pool(vectors, history, fading, len(pairs.users))
    compared = {"all": all_time, "recent": lately}
    return {f"{name}__{when}": dots(vectors, pairs.item, pooled, pairs.user) for when, pooled in compared.items()}


def _pool(vectors: Matrix, history: History, weight: np.ndarray, users: int) -> Matrix:
    """Sum each user's item vectors with weights and scale the sum to length 1."""
    kept = weight != 0
    placed = (weight[kept].astype(np.float32), (history.user[kept], history.item[kept]))
    pooled = np.asarray(sparse.csr_matrix(placed, shape=(users, len(vectors))) @ vectors, dtype=np.float32)
    length = np.linalg.norm(pooled, axis=1, keepdims=True)
    return np.asarray(pooled / np.where(length > 0, length, 1), dtype=np.float32)


def _tag_matrix(scores: pd.DataFrame, owners: pd.Series, ids: pd.Index, tags: pd.Index) -> sparse.csr_matrix:
    """Lay positive tag scores out as (ids, tags)."""
    row, column = positions(owners, ids), positions(scores["tag"], tags)
    score = scores["score"].to_numpy(np.float32)
    kept = (row >= 0) & (column >= 0)
    return sparse.csr_matrix((score[kept], (row[kept], column[kept])), shape=(len(ids), len(tags)))


def _length(matrix: sparse.csr_matrix) -> np.ndarray:
    """Measure the length of each row."""
    squares = np.asarray(matrix.multiply(matrix).sum(axis=1), dtype=np.float64)
    return np.asarray(np.sqrt(squares.ravel()), dtype=np.float32)
