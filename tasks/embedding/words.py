"""Words as vectors, and texts as what their words say."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.matrices import NONE, arrange, distinct
from slipstream.tasks.tables import ItemText
from slipstream.tasks.vectors import ItemEmbedding, Matrix, WordEmbedding

if TYPE_CHECKING:
    from gensim.models import Word2Vec


def word_vectors(
    texts: DataFrame[ItemText], *, method: str, size: int, epochs: int, window: int, min_count: int, seed: int
) -> WordEmbedding:
    """Learn the vectors of words from their neighbours in texts, by "fasttext" or "word2vec" (skip-gram).

    Words that occur fewer than `min_count` times have no vector. "fasttext" (Bojanowski 2017) also learns from
    parts of words of 3 to 6 letters, which helps with rare words.
    """
    from gensim.models import FastText, Word2Vec

    lines = texts.sort_values(["item_id", "field"])["tokens"]
    sentences = [line.split() for line in lines]
    knobs: dict[str, Any] = {"vector_size": size, "epochs": epochs, "window": window, "min_count": min_count}
    if method == "fasttext":
        return learn(FastText, sentences, {**knobs, "bucket": 200_000, "seed": seed})
    if method == "word2vec":
        return learn(Word2Vec, sentences, {**knobs, "seed": seed})
    raise ValueError(f"method {method!r} is none of fasttext, word2vec")


def learn(model: "type[Word2Vec]", sentences: Sequence[Sequence[str]], knobs: dict[str, Any]) -> WordEmbedding:
    """Train a skip-gram model of gensim in one thread, so that the same sentences give the same vectors."""
    words, counts = np.unique([word for line in sentences for word in line], return_counts=True)
    if not (counts >= knobs["min_count"]).any():
        return WordEmbedding(NONE, np.empty((0, knobs["vector_size"]), np.float32))
    vectors = model(sentences, sg=1, workers=1, **knobs).wv
    known = pd.Index(words[counts >= knobs["min_count"]], dtype="str")
    return WordEmbedding(known, vectors[list(known)])


def embed_texts(words: WordEmbedding, texts: DataFrame[ItemText], *, smoothing: float) -> ItemEmbedding:
    """Average the unit vectors of an item's words, rare words counting more, without what all items share (SIF).

    A word of frequency p counts smoothing / (smoothing + p); the first principal component of the result is taken out
    (Arora et al. 2017). Items without any known word have no vector. Shape (items, size of the words).
    """
    spoken = texts.assign(token=texts["tokens"].str.split()).explode("token").dropna(subset=["token"])
    items = distinct(spoken["item_id"])
    counts = arrange(spoken["item_id"], spoken["token"], pd.Series(np.ones(len(spoken))), (items, words.ids))
    kept = np.flatnonzero(np.diff(counts.indptr))
    if not len(kept):
        return ItemEmbedding(NONE, np.empty((0, words.size), np.float32))
    counts = counts[kept]
    frequency = np.asarray(counts.astype(np.float64).sum(axis=0)).ravel() / len(spoken)
    counts.data = counts.data * (smoothing / (smoothing + frequency))[counts.indices].astype(np.float32)
    total = np.asarray(counts.sum(axis=1)).ravel()
    return ItemEmbedding(items[kept], without_common((counts @ words.unit) / total[:, None]))


def without_common(matrix: Matrix) -> Matrix:
    """Take the first principal component, not centred, out of every row; fewer than three rows stay as they are."""
    if len(matrix) < 3:
        return matrix
    wide = matrix.astype(np.float64)
    common = np.linalg.eigh(wide.T @ wide)[1][:, -1]
    return np.asarray(wide - np.outer(wide @ common, common), dtype=np.float32)
