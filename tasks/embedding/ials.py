"""Users and items factorised with regularisation that grows with the number of traces."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.embedding.als import Factors, likes, nothing
from slipstream.tasks.matrices import Integers, with_tags
from slipstream.tasks.tables import Interaction, ItemTagScore
from slipstream.tasks.vectors import ItemEmbedding, Matrix, UserEmbedding

Floats = npt.NDArray[np.float32]
CELLS = 1 << 22


def ials_factors(  # noqa: PLR0913 (two tables and the knobs)
    interactions: DataFrame[Interaction],
    item_tags: DataFrame[ItemTagScore],
    *,
    size: int,
    epochs: int,
    regularisation: float,
    unobserved: float,
    exponent: float,
    tag_weight: float,
    seed: int,
) -> Factors:
    """Factorise by least squares whose regularisation grows with the number of traces (iALS, Rendle et al. 2022).

    Minimises the sum of weight (1 - u.i)^2 over touched pairs (weights are 1 on average), plus `unobserved` (u.i)^2
    over all pairs, plus `regularisation` (n + unobserved N)^exponent |v|^2 for every vector v with n touched pairs,
    N being the length of the other side. Each tag is one more user, who touched those of the items that it
    fits, with weight `tag_weight` on average.
    """
    users, items, liked = likes(interactions)
    if not liked.nnz:
        return nothing(size)
    liked = with_tags(items, liked, item_tags, tag_weight)
    chance = np.random.default_rng(seed)
    right = (chance.standard_normal((len(items), size)) * 0.1 / np.sqrt(size)).astype(np.float32)
    across = sparse.csr_array(liked.T)
    for _ in range(epochs):
        left = solve(liked, right, regularisation, unobserved, exponent)
        right = solve(across, left, regularisation, unobserved, exponent)
    return Factors(UserEmbedding(users, left[: len(users)]), ItemEmbedding(items, right))


def solve(given: sparse.csr_array, other: Matrix, regularisation: float, unobserved: float, exponent: float) -> Matrix:
    """Solve the vectors of one side, given those of the other."""
    found = np.zeros((given.shape[0], other.shape[1]), np.float32)
    gram = unobserved * (other.T @ other)
    strength, basis = np.linalg.eigh(gram.astype(np.float64))
    turned = (other @ basis).astype(np.float32)
    for rows, columns, weights in groups(given, other.shape[1]):
        ridge = regularisation * ((weights > 0).sum(axis=1) + unobserved * len(other)) ** exponent
        ridges = (np.maximum(strength, 0) + ridge[:, None]).astype(np.float32)
        found[rows] = least_squares(turned[columns], weights, ridges)
    return np.asarray(found @ basis.T, dtype=np.float32)


def least_squares(near: Floats, weights: Floats, ridges: Floats) -> Floats:
    """Minimise sum_k weight_k (1 - near_k.x)^2 + sum_s ridge_s x_s^2 for n vectors x of shape (n, s).

    `near` has shape (n, k, s), `weights` (n, k), `ridges` (n, s); the smaller of k and s equations are solved.
    """
    root = np.sqrt(weights)[:, :, None]
    near = near * root
    count, size = near.shape[1:]
    if count < size:
        across = near / ridges[:, None]
        system = np.matmul(near, across.transpose(0, 2, 1)) + np.eye(count, dtype=np.float32)
        return np.asarray(np.matmul(np.linalg.solve(system, root).transpose(0, 2, 1), across)[:, 0])
    system = np.matmul(near.transpose(0, 2, 1), near)
    system[:, np.arange(size), np.arange(size)] += ridges
    return np.asarray(np.linalg.solve(system, np.matmul(near.transpose(0, 2, 1), root))[:, :, 0])


def groups(given: sparse.csr_array, size: int) -> Iterator[tuple[Integers, Integers, Floats]]:
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
