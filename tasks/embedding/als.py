"""Users and items factorised together from what users touched."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.matrices import NONE, arrange, distinct
from slipstream.tasks.tables import Interaction
from slipstream.tasks.vectors import Embedding, ItemEmbedding, Matrix, UserEmbedding


@dataclass(frozen=True, eq=False)
class Factors:
    """Users and items in one space: the dot product tells how much a user likes an item."""

    users: UserEmbedding
    items: ItemEmbedding


def als_factors(
    interactions: DataFrame[Interaction],
    before: Sequence[Factors] = (),
    *,
    size: int,
    epochs: int,
    regularisation: float,
    alpha: float,
    seed: int,
) -> Factors:
    """Factorise by alternating least squares for implicit feedback (Hu, Koren and Volinsky 2008).

    A touched item is 1 with confidence 1 + alpha times its weight, 1 on average; others, and dislikes, are 0 with
    confidence 1. Vectors are held back by `regularisation` times the mean number of touched pairs of a vector, so that
    one value serves small and large worlds. Learning goes on from the factors of an earlier day, if there are any.
    """
    from implicit.cpu.als import AlternatingLeastSquares

    users, items, liked = likes(interactions)
    if not liked.nnz:
        return nothing(size)
    strength = regularisation * liked.nnz / (len(users) + len(items))
    model = AlternatingLeastSquares(
        factors=size, iterations=epochs, regularization=strength, alpha=alpha, random_state=seed, num_threads=1
    )
    if before:
        chance = np.random.default_rng(seed)
        model.user_factors = begin(before[-1].users, users, size, chance)
        model.item_factors = begin(before[-1].items, items, size, chance)
    model.fit(sparse.csr_matrix(liked), show_progress=False)
    return Factors(UserEmbedding(users, model.user_factors), ItemEmbedding(items, model.item_factors))


def begin(known: Embedding, ids: pd.Index, size: int, chance: np.random.Generator) -> Matrix:
    """Take the vectors of ids known before; the others begin near zero, by chance."""
    fresh = chance.random((len(ids), size), dtype=np.float32) * np.float32(0.01)
    return np.where((known.positions(ids) >= 0)[:, None], known.rows(ids), fresh)


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
