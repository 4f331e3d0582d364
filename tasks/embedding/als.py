"""Users and items factorised together from what users touched."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from implicit.cpu.als import AlternatingLeastSquares
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.embedding.matrices import NONE, Integers, arrange, distinct
from slipstream.tasks.tables import Interaction
from slipstream.tasks.vectors import ItemEmbedding, Matrix, UserEmbedding

CELLS = 1 << 22


@dataclass(frozen=True, eq=False)
class Factors:
    """Users and items in one space: the dot product tells how much a user likes an item."""

    users: UserEmbedding
    items: ItemEmbedding


def als_factors(
    interactions: DataFrame[Interaction], *, size: int, epochs: int, regularisation: float, alpha: float, seed: int
) -> Factors:
    """Factorise by alternating least squares for implicit feedback (Hu, Koren and Volinsky 2008).

    A touched item is 1 with confidence 1 + alpha times its weight, 1 on average; others, and dislikes, are 0 with
    confidence 1. Vectors are held back by `regularisation` times the mean number of touched pairs of a vector, so that
    one value serves small and large worlds.
    """
    users, items, liked = likes(interactions)
    if not liked.nnz:
        return nothing(size)
    strength = regularisation * liked.nnz / (len(users) + len(items))
    model = AlternatingLeastSquares(
        factors=size, iterations=epochs, regularization=strength, alpha=alpha, random_state=seed, num_threads=1
    )
    model.fit(sparse.csr_matrix(liked), show_progress=False)
    return Factors(UserEmbedding(users, model.user_factors), ItemEmbedding(items, model.item_factors))


def scaled_als_factors(
    interactions: DataFrame[Interaction],
    *,
    size: int,
    epochs: int,
    regularisation: float,
    unobserved: float,
    exponent: float,
    seed: int,
) -> Factors:
    """Factorise by least squares whose regularisation grows with the number of traces (iALS, Rendle et al. 2022).

    Minimises the sum of weight (1 - u.i)^2 over touched pairs (weights are 1 on average), plus `unobserved` (u.i)^2
    over all pairs, plus `regularisation` (n + unobserved N)^exponent |v|^2 for every vector v with n touched pairs,
    N being the length of the other side.
    """
    users, items, liked = likes(interactions)
    if not liked.nnz:
        return nothing(size)
    chance = np.random.default_rng(seed)
    right = (chance.standard_normal((len(items), size)) * 0.1 / np.sqrt(size)).astype(np.float32)
    across = sparse.csr_array(liked.T)
    for _ in range(epochs):
        left = solve(liked, right, regularisation, unobserved, exponent)
        right = solve(across, left, regularisation, unobserved, exponent)
    return Factors(UserEmbedding(users, left), ItemEmbedding(items, right))


def likes(interactions: DataFrame[Interaction]) -> tuple[Any, Any, sparse.csr_array]:
    """Arrange positive weights, scaled to 1 on average, as a matrix of users and items, both sorted."""
    liked = interactions[interactions["weight"] > 0]
    users, items = distinct(liked["user_id"]), distinct(liked["item_id"])
    given = arrange(liked["user_id"], liked["item_id"], liked["weight"], (users, items))
    given.data = given.data / given.data.mean(dtype=np.float64).astype(np.float32) if given.nnz else given.data
    return users, items, given


def nothing(size: int) -> Factors:
    """Give factors of nobody and nothing."""
    none = np.empty((0, size), np.float32)
    return Factors(UserEmbedding(NONE, none), ItemEmbedding(NONE, none))


def solve(given: sparse.csr_array, other: Matrix, regularisation: float, unobserved: float, exponent: float) -> Matrix:
    """Solve the vectors of one side, given those of the other."""
    size = other.shape[1]
    found = np.zeros((given.shape[0], size), np.float32)
    gram = unobserved * (other.T @ other)
    for rows, columns, weights in groups(given, size):
        near = other[columns]
        system = gram + np.matmul((near * weights[:, :, None]).transpose(0, 2, 1), near)
        scale = regularisation * ((weights > 0).sum(axis=1) + unobserved * len(other)) ** exponent
        system[:, np.arange(size), np.arange(size)] += scale[:, None].astype(np.float32)
        target = np.einsum("nk,nks->ns", weights, near)
        found[rows] = np.linalg.solve(system, target[:, :, None])[:, :, 0]
    return found


def groups(given: sparse.csr_array, size: int) -> Iterator[tuple[Integers, Integers, npt.NDArray[np.float32]]]:
    """Group rows of similar length, padded with weight 0: positions of rows, of columns and weights."""
    lengths = np.diff(given.indptr)
    order = np.lexsort((np.arange(len(lengths)), lengths))
    order = order[lengths[order] > 0]
    start = 0
    while start < len(order):
        widest = max(int(lengths[order[start]] * 1.25), 4)
        fitting = int(np.searchsorted(lengths[order], widest, side="right"))
        stop = min(fitting, start + max(CELLS // (widest * size + size * size), 1))
        rows = order[start:stop]
        slots = np.arange(lengths[rows].max())
        used = slots < lengths[rows][:, None]
        cells = np.where(used, given.indptr[rows][:, None] + slots, 0)
        yield rows, given.indices[cells], np.where(used, given.data[cells], 0).astype(np.float32)
        start = stop
