"""Neighbours by EASE, a linear model with a closed form."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from scipy import linalg, sparse

from slipstream.tasks.recommendation.neighbours import Found, neighbour_table, pick
from slipstream.tasks.recommendation.proposing import Floats, blocks, distinct, select, weigh
from slipstream.tasks.tables import Interaction, Neighbour


def ease_neighbours(
    interactions: DataFrame[Interaction], *, regularisation: float, max_items: int, top: int
) -> DataFrame[Neighbour]:
    """Learn which items predict which (EASE, Steck 2019) among the `max_items` that most people like.

    With X the weights of users and items (1 on average) and P the inverse of X'X + regularisation I, item i speaks for
    item j by -P[i, j] / P[j, j]. Time grows with the cube of the smaller side, memory with its square.
    """
    given = weigh(interactions, distinct(interactions["user_id"]), distinct(interactions["item_id"])).maximum(0)
    given = sparse.csr_array(given)
    given.eliminate_zeros()
    given.data = given.data / max(float(given.data.mean(dtype=np.float64)), 1e-12) if given.nnz else given.data
    items, given = most_liked(distinct(interactions["item_id"]), given, max_items)
    rows, diagonal = inverse(given, regularisation)
    found: Found = []
    for part in blocks(len(items), len(items)):
        scores = -rows(part) / diagonal
        scores[np.arange(len(scores)), np.arange(part.start, part.stop)] = 0
        found.append(pick(scores, select(np.abs(scores), top=top, floor=0.0), part.start))
    return neighbour_table(items, found)


def most_liked(items: pd.Index, given: sparse.csr_array, count: int) -> tuple[pd.Index, sparse.csr_array]:
    """Keep the `count` items that most users like, and the users who like any of them."""
    likes = np.bincount(given.indices, minlength=len(items))
    kept = np.sort(np.lexsort((np.arange(len(items)), -likes))[:count])
    kept = kept[likes[kept] > 0]
    given = given[:, kept]
    return items[kept], given[np.diff(given.indptr) > 0]


def inverse(given: sparse.csr_array, regularisation: float) -> tuple[Callable[[slice], Floats], Floats]:
    """Invert X'X + regularisation I for X of shape (users, items): a function for blocks of rows, and the diagonal.

    With fewer users than items the smaller XX' is inverted instead (Woodbury's identity).
    """
    users, items = given.shape
    if items <= users:
        gram = (given.T @ given).toarray()
        whole = invert(gram, regularisation)
        return lambda part: whole[part], np.diagonal(whole).copy()
    half = invert((given @ given.T).toarray(), regularisation)
    right = np.ascontiguousarray((given.T @ half).T)
    dense = given.T.toarray()
    diagonal = (1 - np.einsum("ij,ji->i", dense, right)) / regularisation
    unit = np.float32(1 / regularisation)

    def rows(part: slice) -> Floats:
        block: Floats = (given.T.tocsr()[part] @ right) * -unit
        block[np.arange(len(block)), np.arange(part.start, part.stop)] += unit
        return block

    return rows, diagonal.astype(np.float32)


def invert(gram: Floats, regularisation: float) -> Floats:
    """Invert a positive semidefinite matrix plus regularisation times the identity, by Cholesky."""
    if not len(gram):
        return gram
    gram = np.asarray(gram, dtype=np.float32)
    gram[np.diag_indices_from(gram)] += regularisation
    factor = linalg.cholesky(gram, lower=True, overwrite_a=True, check_finite=False)
    lower, info = linalg.lapack.get_lapack_funcs("potri", (factor,))(factor, lower=1, overwrite_c=1)
    if info:
        raise ValueError(f"the item matrix cannot be inverted at {info}; raise regularisation {regularisation}")
    lower = np.tril(lower)
    return np.asarray(lower + np.tril(lower, -1).T, dtype=np.float32)
