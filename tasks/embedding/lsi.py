"""Items as the hidden themes of their terms or tags."""

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.matrices import arrange, distinct
from slipstream.tasks.tables import ItemTagScore, TermWeight
from slipstream.tasks.vectors import ItemEmbedding


def lsi_items(terms: DataFrame[TermWeight], *, size: int, seed: int) -> ItemEmbedding:
    """Find the themes of terms that go together (latent semantic indexing, Deerwester 1990)."""
    return themes(terms["item_id"], terms["term"], terms["weight"], size=size, seed=seed)


def tag_items(tags: DataFrame[ItemTagScore], *, size: int, seed: int) -> ItemEmbedding:
    """Find the themes of tags that go together."""
    return themes(tags["item_id"], tags["tag"], tags["score"], size=size, seed=seed)


def themes(items: pd.Series, parts: pd.Series, weights: pd.Series, *, size: int, seed: int) -> ItemEmbedding:
    """Decompose items times parts by a truncated SVD, U times S: shape (items, size), zeros beyond the rank.

    Of every theme the largest entry is positive.
    """
    from sklearn.utils.extmath import randomized_svd

    across = distinct(items), distinct(parts)
    matrix = arrange(items, parts, weights, across)
    found = np.zeros((len(across[0]), size), np.float32)
    rank = min(size, *matrix.shape)
    if rank:
        left, strength, _ = randomized_svd(matrix, rank, n_iter=7, random_state=seed, flip_sign=False)
        signs = np.sign(left[np.abs(left).argmax(axis=0), np.arange(rank)])
        found[:, :rank] = left * strength * signs
    return ItemEmbedding(across[0], found)
