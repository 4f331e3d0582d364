"""Neighbours by EASE and EDLAE, linear models with a closed form."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from scipy import linalg, sparse

from slipstream.tasks.matrices import Floats, distinct, with_tags
from slipstream.tasks.recommendation.neighbours import Found, neighbour_table, pick
from slipstream.tasks.recommendation.proposing import blocks, select, weigh
from slipstream.tasks.tables import Interaction, ItemTagScore, Neighbour


def ease_neighbours(
    interactions: DataFrame[Interaction],
    item_tags: DataFrame[ItemTagScore],
    *,
    regularisation: float,
    dropout: float,
    tag_weight: float,
    max_items: int,
    top: int,
) -> DataFrame[Neighbour]:
    """Learn which items predict which (EASE, Steck 2019) among the `max_items` that most people like.

    With X the weights of users and items (1 on average), P the inverse of X'X + D and D the diagonal of regularisation
    + dropout / (1 - dropout) diag(X'X), item i speaks for item j by -P[i, j] / P[j, j]. A dropout above 0, below 1,
    holds popular items back more (EDLAE, Steck 2020). Each tag is one more user, who likes those of the items that it
    fits, with weight `tag_weight` on average (CEASE, Jeunen et al. 2020). Time grows with the cube of the smaller side,
    memory with its square.
    """
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout {dropout} of EASE must be at least 0 and below 1, like 0.5")
    given = weigh(interactions, distinct(interactions["user_id"]), distinct(interactions["item_id"])).maximum(0)
    given = sparse.csr_array(given)
    given.eliminate_zeros()
    given.data = given.data / max(float(given.data.mean(dtype=np.float64)), 1e-12) if given.nnz else given.data
    items, given = most_liked(distinct(interactions["item_id"]), given, max_items)
    given = with_tags(items, given, item_tags, tag_weight)
    squares = np.asarray(given.multiply(given).sum(axis=0))
    ridge = np.sqrt(regularisation + dropout / (1 - dropout) * squares).astype(np.float32)
    rows, diagonal = inverse(sparse.csr_array(given.multiply(1 / ridge)))
    found: Found = []
    for part in blocks(len(items), len(items)):
        scores = -rows(part) / diagonal * (ridge / ridge[part, None])
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


def inverse(given: sparse.csr_array) -> tuple[Callable[[slice], Floats], Floats]:
    """Invert X'X + I for X of shape (users, items): a function for blocks of rows, and the diagonal.

    With fewer users than items the smaller XX' is inverted instead (Woodbury's identity).
    """
    users, items = given.shape
    if items <= users:
        whole = invert((given.T @ given).toarray())
        return lambda part: whole[part], np.diagonal(whole).copy()
    half = invert((given @ given.T).toarray())
    right = np.ascontiguousarray((given.T @ half).T)
    dense = given.T.toarray()
    diagonal = 1 - np.einsum("ij,ji->i", dense, right)

    def rows(part: slice) -> Floats:
        block: Floats = -(given.T.tocsr()[part] @ right)
        block[np.arange(len(block)), np.arange(part.start, part.stop)] += 1
        return block

    return rows, diagonal.astype(np.float32)


def invert(gram: Floats) -> Floats:
    """Invert a positive semidefinite matrix plus the identity, by Cholesky."""
    if not len(gram):
        return gram
    gram = np.asarray(gram, dtype=np.float32)
    gram[np.diag_indices_from(gram)] += 1
    factor = linalg.cholesky(gram, lower=True, overwrite_a=True, check_finite=False)
    lower, info = linalg.lapack.get_lapack_funcs("potri", (factor,))(factor, lower=1, overwrite_c=1)
    if info:
        raise ValueError(f"row {info} of the {len(gram)} of EASE's matrix cannot be inverted; raise its regularisation")
    lower = np.tril(lower)
    return np.asarray(lower + np.tril(lower, -1).T, dtype=np.float32)
