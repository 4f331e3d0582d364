"""Spaces in which items and tags lie near each other."""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.tables import TermWeight
from slipstream.tasks.vectors import Embedding, Matrix

Counts: TypeAlias = sparse.csr_matrix
Rows = npt.NDArray[np.int64]
TINY = 1e-9


@dataclass(frozen=True, eq=False)
class Space:
    """Unit vectors of all items in one space; an item without one has zeros."""

    name: str
    vectors: Matrix

    @cached_property
    def centred(self) -> Matrix:
        """The vectors without their mean; an item without one keeps zeros."""
        placed = np.abs(self.vectors).sum(axis=1) > 0
        mean = self.vectors[placed].mean(axis=0, dtype=np.float64) if placed.any() else 0.0
        return np.asarray(np.where(placed[:, None], self.vectors - mean, 0), dtype=np.float32)


def unit(matrix: Matrix) -> Matrix:
    """Scale rows to length 1; a zero row stays zero."""
    length = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(matrix / np.where(length > 0, length, 1), dtype=np.float32)


def embedding_space(name: str, embedding: Embedding, items: pd.Index) -> Space:
    """Place the items where an embedding has them."""
    return Space(name, unit(embedding.rows(items)))


def text_space(name: str, terms: DataFrame[TermWeight], items: pd.Index, size: int) -> Space:
    """Place the items by their weighted terms in latent dimensions (LSI, Deerwester et al. 1990)."""
    row = items.get_indexer(pd.Index(terms["item_id"]))
    known = row >= 0
    column, names = pd.factorize(terms["term"][known], sort=True)
    weights = (terms["weight"].to_numpy()[known], (row[known], column))
    matrix = sparse.csr_matrix(weights, shape=(len(items), len(names)), dtype=np.float32)
    return Space(name, unit(matrix @ latent_axes(matrix, size)))


def latent_axes(matrix: Counts, size: int) -> Matrix:
    """Find the right singular vectors of a sparse matrix, shape (columns, at most size)."""
    from sklearn.utils.extmath import randomized_svd

    size = min(size, *matrix.shape)
    if size < 1 or not matrix.nnz:
        return np.zeros((matrix.shape[1], 0), np.float32)
    right = randomized_svd(matrix, size, n_iter=4, random_state=0)[2]
    return np.asarray(right.T, dtype=np.float32)


def tag_directions(given: Counts, centred: Matrix) -> Matrix:
    """Find the direction in which the items that bear a tag differ from all others, shape (tags, size).

    It is that of a ridge regression of the tag's weight on centred vectors, held back by their mean variance, in units
    of the weight's standard deviation.
    """
    if not centred.size:
        return np.zeros((given.shape[1], centred.shape[1]), np.float32)
    wide = centred.astype(np.float64)
    spread = wide.T @ wide
    hold = max(np.trace(spread) / len(spread), TINY) * np.eye(len(spread))
    mean = np.asarray(given.mean(axis=0), dtype=np.float64).ravel()
    square = np.asarray(given.multiply(given).mean(axis=0), dtype=np.float64).ravel()
    deviation = np.sqrt(np.maximum(square - mean**2, TINY))
    slopes = np.linalg.solve(spread + hold, np.asarray(given.T @ wide).T).T
    return np.asarray(slopes / deviation[:, None], dtype=np.float32)


def tag_centroids(given: Counts, vectors: Matrix) -> Matrix:
    """Place each tag amid the items that bear it, shape (tags, size), unit length."""
    return unit(np.asarray(given.T @ vectors, dtype=np.float32))


def neighbour_votes(queries: Matrix, pool: Matrix, given: Counts, neighbours: int) -> Matrix:
    """Average the tags of each query's nearest pool items, nearer ones counting more; shape (queries, tags)."""
    if not len(pool) or not pool.shape[1]:
        return np.zeros((len(queries), given.shape[1]), np.float32)
    similarity = np.asarray(queries @ pool.T, dtype=np.float32)
    kept = min(neighbours, len(pool))
    nearest = np.sort(np.argpartition(-similarity, kept - 1, axis=1)[:, :kept], axis=1)
    weights = np.maximum(np.take_along_axis(similarity, nearest, axis=1), 0) ** 2
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
    ends = np.arange(0, kept * len(queries) + 1, kept)
    chosen = sparse.csr_matrix((weights.ravel(), nearest.ravel(), ends), shape=similarity.shape)
    return np.asarray((chosen @ given).toarray(), dtype=np.float32)
