"""Simpler ways to score tags, to compare with."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.tables import Item, ItemTag, ItemTagScore, TagFeature, TagJudgement, TagMention, columns, empty
from slipstream.tasks.tagging.examples import draw_examples, read_pairs
from slipstream.tasks.tagging.model import FEWEST_GIVEN, feature_names, forgetful
from slipstream.tasks.tagging.spaces import embedding_space, neighbour_votes
from slipstream.tasks.vectors import ItemEmbedding

BLOCK = 1024
POSITIVES = 20_000
NEGATIVES = 5


def score_by_neighbours(
    items: DataFrame[Item],
    item_tags: DataFrame[ItemTag],
    embeddings: Sequence[ItemEmbedding],
    *,
    neighbours: int = 30,
    top: int = 400,
) -> DataFrame[ItemTagScore]:
    """Score the tags of each item by its nearest items that bear any, averaged over the embeddings."""
    asked = empty(TagJudgement)
    pairs = read_pairs(items, item_tags, empty(TagMention), asked, folds=1, seed=0)
    bearing = np.flatnonzero(np.diff(pairs.support.indptr))
    spaces = [embedding_space("place", each, pairs.items) for each in embeddings]
    given = pairs.support[bearing]
    given.data = np.ones_like(given.data)
    found = []
    for start in range(0, len(pairs.items) if len(pairs.tags) and spaces else 0, BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(pairs.items)))
        each = [neighbour_votes(space.vectors[rows], space.vectors[bearing], given, neighbours) for space in spaces]
        votes = np.mean(each, axis=0)
        best = np.argsort(-votes, axis=1, kind="stable")[:, :top]
        score = np.take_along_axis(votes, best, axis=1)
        at = score > 0
        row = np.broadcast_to(rows[:, None], best.shape)[at]
        found.append(pd.DataFrame({"item_id": pairs.items[row], "tag": pairs.tags[best[at]], "score": score[at]}))
    return _table(found)


def score_by_logistic_regression(features: DataFrame[TagFeature], *, seed: int = 0) -> DataFrame[ItemTagScore]:
    """Score described pairs by a logistic regression on the features that `fit_pairs` sees, of items of other folds."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if features.empty:
        return empty(ItemTagScore)
    drawn = draw_examples(features, positives=POSITIVES, negatives=NEGATIVES, fewest=FEWEST_GIVEN, seed=seed)
    label, position = drawn["label"].to_numpy(), drawn["position"].to_numpy()
    names, fold = feature_names(features), features["fold"].to_numpy(np.int64)
    known, learnt = features[names].to_numpy(np.float32), forgetful(features, names, position, label)
    chance = np.zeros(len(features))
    for each in np.unique(fold):
        others = fold[position] != each
        if len(np.unique(label[others])) > 1:
            model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
            model.fit(learnt[others], label[others], logisticregression__sample_weight=drawn["weight"][others])
            chance[fold == each] = model.predict_proba(known[fold == each])[:, 1]
    wanted = (features["given"].to_numpy() > 0) | (features["proposed"].to_numpy() > 0)
    return _table([features[["item_id", "tag"]].assign(score=chance)[wanted]])


def _table(found: Sequence[pd.DataFrame]) -> DataFrame[ItemTagScore]:
    if not found:
        return empty(ItemTagScore)
    table = pd.concat(found, ignore_index=True).assign(evidence="")
    score: npt.NDArray[np.float64] = table["score"].to_numpy(np.float64)
    return ItemTagScore.validate(table.assign(score=np.clip(score, 0, 1).astype(np.float32))[columns(ItemTagScore)])
