"""Users and items factorised together from what users touched."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.embedding.matrices import NONE, arrange, distinct
from slipstream.tasks.tables import Interaction
from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding


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
    from implicit.cpu.als import AlternatingLeastSquares

    users, items, liked = likes(interactions)
    if not liked.nnz:
        return nothing(size)
    strength = regularisation * liked.nnz / (len(users) + len(items))
    model = AlternatingLeastSquares(
        factors=size, iterations=epochs, regularization=strength, alpha=alpha, random_state=seed, num_threads=1
    )
    model.fit(sparse.csr_matrix(liked), show_progress=False)
    return Factors(UserEmbedding(users, model.user_factors), ItemEmbedding(items, model.item_factors))


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
