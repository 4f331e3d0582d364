"""Articles as vectors by their headlines: all that a push notification shows."""

import numpy as np
from pandera.typing import DataFrame
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.utils.extmath import randomized_svd

from slipstream.tasks.tables import Item
from slipstream.tasks.vectors import ItemEmbedding

LETTERS = (2, 4)


def embed_headlines(items: DataFrame[Item], *, size: int, seed: int) -> ItemEmbedding:
    """Place headlines by the themes of their runs of two to four letters, which need no words: shape (items, size)."""
    matrix = np.zeros((len(items), size), np.float32)
    if len(items):
        letters = TfidfVectorizer(analyzer="char", ngram_range=LETTERS, sublinear_tf=True, min_df=1)
        weights = letters.fit_transform(items["title"])
        rank = min(size, *weights.shape)
        left, strength, _ = randomized_svd(weights, rank, n_iter=7, random_state=seed)
        matrix[:, :rank] = left * strength
    return ItemEmbedding(items["item_id"], matrix)
