"""Items as vectors from what people touch around them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.matrices import NONE
from slipstream.tasks.tables import Interaction
from slipstream.tasks.vectors import ItemEmbedding


def item2vec(
    interactions: DataFrame[Interaction],
    before: Sequence[ItemEmbedding] = (),
    *,
    size: int,
    epochs: int,
    window: int,
    min_count: int,
    sample: float,
    seed: int,
) -> ItemEmbedding:
    """Read each user's likes in the order of time as a sentence of items (item2vec, Barkan 2016; skip-gram).

    Likes of one moment are put in order by chance. Items with fewer than `min_count` likes have no vector;
    those with a larger share of the likes than `sample` are partly skipped in learning (0: none are). Learning goes on
    from the vectors of an earlier day, if there are any.
    """
    from gensim.models import Word2Vec

    liked = interactions[interactions["weight"] > 0].sort_values(["user_id", "at", "item_id"])
    chance = np.random.default_rng(seed).random(len(liked))
    liked = liked.assign(chance=chance).sort_values(["user_id", "at", "chance"])
    counts = liked["item_id"].value_counts()
    known = counts.index[counts >= min_count].sort_values()
    if not len(known):
        return ItemEmbedding(NONE, np.empty((0, size), np.float32))
    knobs: dict[str, Any] = {"vector_size": size, "epochs": epochs, "window": window, "min_count": min_count}
    model = Word2Vec(sg=1, sample=sample, workers=1, seed=seed, **knobs)
    texts = sentences(liked)
    model.build_vocab(texts)
    for earlier in before:
        old = earlier.take(model.wv.index_to_key)
        model.wv.vectors[[model.wv.key_to_index[item] for item in old.ids]] = old.matrix
    model.train(texts, total_examples=model.corpus_count, epochs=epochs)
    return ItemEmbedding(known, model.wv[list(known)])


def sentences(traces: pd.DataFrame) -> list[list[str]]:
    """Cut the items of sorted traces where the user changes."""
    users = pd.factorize(traces["user_id"])[0]
    ends = np.flatnonzero(np.diff(users)) + 1
    return [list(part) for part in np.split(traces["item_id"].to_numpy(object), ends)]
