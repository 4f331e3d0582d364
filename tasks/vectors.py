"""Ids and their vectors, kept together so that they cannot disagree."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

Matrix = npt.NDArray[np.float32]
Positions = npt.NDArray[np.int64]
Places = npt.NDArray[np.integer[Any]]
PAIRS = 4096  # of vectors, which then stay in the processor's cache


def dots(
    left: Matrix, rows: npt.NDArray[np.integer[Any]], right: Matrix, columns: npt.NDArray[np.integer[Any]]
) -> Matrix:
    """Multiply pairs of vectors: a row of the one matrix with the row beside it of the other, one number a pair."""
    products = np.empty(len(rows), np.float32)
    for start in range(0, len(rows), PAIRS):
        part = slice(start, start + PAIRS)
        np.einsum("ij,ij->i", left.take(rows[part], axis=0), right.take(columns[part], axis=0), out=products[part])
    return products


@dataclass(frozen=True, eq=False)
class Embedding:
    """Distinct ids and one float32 row a id: `matrix` has shape (len(ids), size)."""

    id_name: ClassVar[str] = "id"

    ids: pd.Index
    matrix: Matrix

    def __post_init__(self) -> None:
        """Bring ids and matrix to their canonical types and check that they agree."""
        ids = pd.Index(self.ids, dtype="str")
        matrix = np.ascontiguousarray(self.matrix, dtype=np.float32)
        if matrix.ndim != 2 or len(ids) != len(matrix):
            raise ValueError(f"{len(ids)} ids and a matrix of shape {matrix.shape}: give one row a id")
        if not ids.is_unique:
            raise ValueError(f"{self.id_name} {ids[ids.duplicated()][0]!r} stands twice; an id has one vector")
        if not np.isfinite(matrix).all():
            bad = ids[~np.isfinite(matrix).all(axis=1)]
            raise ValueError(f"{len(bad)} of {len(ids)} vectors are not finite (first: {bad[0]!r})")
        object.__setattr__(self, "ids", ids)
        object.__setattr__(self, "matrix", matrix)

    def __len__(self) -> int:
        """Count the ids."""
        return len(self.ids)

    @property
    def size(self) -> int:
        """The length of a vector."""
        return int(self.matrix.shape[1])

    def positions(self, ids: Iterable[str]) -> Positions:
        """Find the row of each id, -1 where it has no vector."""
        return np.asarray(self.ids.get_indexer(pd.Index(list(ids), dtype="str")), dtype=np.int64)

    def rows(self, ids: Iterable[str]) -> Matrix:
        """Look up the vector of each id, zeros where it has none; shape (number of ids, size)."""
        found = self.positions(ids)
        padded = np.vstack([self.matrix, np.zeros((1, self.size), np.float32)])
        return np.asarray(padded[found], dtype=np.float32)

    @cached_property
    def unit(self) -> Matrix:
        """The vectors scaled to length 1; a zero vector stays zero."""
        length = np.linalg.norm(self.matrix, axis=1, keepdims=True)
        return np.asarray(self.matrix / np.where(length > 0, length, 1), dtype=np.float32)

    def take(self, ids: Iterable[str]) -> Self:
        """Keep those of the given ids that have a vector, in the given order."""
        found = self.positions(ids)
        found = found[found >= 0]
        return type(self)(self.ids[found], self.matrix[found])


class ItemEmbedding(Embedding):
    """Items as vectors."""

    id_name: ClassVar[str] = "item_id"


class UserEmbedding(Embedding):
    """Users as vectors."""

    id_name: ClassVar[str] = "user_id"


class TagEmbedding(Embedding):
    """Tags as vectors."""

    id_name: ClassVar[str] = "tag"


class WordEmbedding(Embedding):
    """Words as vectors."""

    id_name: ClassVar[str] = "word"
