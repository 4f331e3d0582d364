"""A LightGBM LambdaRank model that improves on a blend of the sources, kept in check by the guard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.recommendation.blend import blend, learn_blend
from slipstream.tasks.recommendation.guard import BLEND, RANKER, Scores, judge
from slipstream.tasks.recommendation.history import Feature, Numbers
from slipstream.tasks.recommendation.samples import KEYS, Sample, draw_windows, source_orders, source_shares
from slipstream.tasks.recommendation.trees import FOLDS, Trees, dataset, grow, grow_apart
from slipstream.tasks.tables import Exposure, Interaction, Metric, RankingFeature
from slipstream.tasks.tree_sums import tree_sums

if TYPE_CHECKING:
    import lightgbm

GAINS = {"weak": 1.0, "medium": 3.0, "strong": 7.0}
WINDOWS = 3
FLOOR = 0.02


@dataclass(frozen=True)
class RankingModel:
    """What orders the candidates: `serve` is "ranker", "blend" or the name of the single source that was not beaten.

    `weights` are those of the sources in the blend. `boosters` holds one LightGBM model of what to add to the log of
    the blend, or none where there was nothing to learn from. Contributions are told beside the `usual` log of the
    blend: the mean of the candidates the trees learnt from where these are served, else the least there is.
    """

    boosters: "tuple[lightgbm.Booster, ...]"
    weights: dict[str, float]
    serve: str
    validation: DataFrame[Metric]
    usual: float = float(np.log(FLOOR))


def train_ranker(
    features: Sequence[DataFrame[RankingFeature]],
    labels: Sequence[DataFrame[Interaction]],
    *,
    gains: Mapping[str, float],
    relevant: Sequence[str],
    trees: Trees,
    incumbent: str,
    seed: int,
    exposures: Sequence[DataFrame[Exposure]] = (),
) -> RankingModel:
    """Learn from one or more windows how to order candidates, and judge the result on what it has not seen.

    With three or more windows, windows are judged by what other windows teach, with fewer, people by what other people
    teach: windows differ more than people do. The served model has learnt from all of it. With `exposures`, one table a
    window, clicks count by inverse propensity.
    """
    if len(features) != len(labels):
        raise ValueError(f"{len(features)} feature tables and {len(labels)} label tables; give one of each a window")
    ordered = sorted(gains, key=lambda name: (gains[name], name))
    levels = {name: ordered.index(name) + 1 if gains[name] > 0 else 0 for name in ordered}
    whole = draw_windows(features, labels, exposures, levels=levels, relevant=relevant)
    names = whole.names
    weights, fold = _weights(whole, seed), _folds(whole, seed)
    worth = [0.0, *(float(gains[name]) for name in ordered)]
    teachers = whole.teachers(size=trees.teachers, seed=seed)
    lesson = whole.lesson(teachers, others=trees.others, seed=seed)
    start = base_score(weights, names, lesson.features)
    data = dataset(lesson, start, trees)
    models = grow_apart(data, lesson.judged.user, fold[teachers], trees, worth, seed=seed)
    orders = source_orders(names, whole.features) | {BLEND: _apart(whole, fold, seed)}
    if models:
        orders[RANKER] = _out_of_fold(models, whole, fold, weights)
    serve, validation = judge(whole.judged, orders, seed=seed, incumbent=incumbent)
    boosters = (grow(data, trees, worth, rounds=models.best_iteration, seed=seed),) if models else ()
    usual = float(start.mean()) if serve == RANKER else RankingModel.usual
    return RankingModel(boosters, weights, serve, validation, usual)


def predict(model: RankingModel, features: DataFrame[RankingFeature]) -> Scores:
    """Score candidates in their order by what the model serves; -inf where a single source does not propose."""
    names = [name for name in features.columns if name not in KEYS]
    matrix = features[names].to_numpy(np.float32)
    if model.serve == BLEND:
        return blend(model.weights, source_shares(names, matrix), len(matrix))
    if model.serve != RANKER:
        return source_orders(names, matrix).get(model.serve, np.full(len(features), -np.inf))
    booster = model.boosters[0]
    asked = booster.feature_name()
    known = matrix if asked == names else features.reindex(columns=asked, fill_value=0).to_numpy(np.float32)
    return tree_sums(booster, known) + base_score(model.weights, names, matrix)


def base_score(weights: Mapping[str, float], names: Sequence[str], features: Feature) -> Scores:
    """Compute what the trees start from: the log of the blend of shares, cut off at log(`FLOOR`)."""
    heard = blend(weights, source_shares(names, features), len(features))
    return np.asarray(np.log(FLOOR + np.maximum(heard, 0)), dtype=np.float64)


def _folds(whole: Sample, seed: int) -> Numbers:
    """Part the users by window, or by chance where there are few windows; each part is judged by the others."""
    if whole.judged.window.max(initial=0) + 1 >= WINDOWS:
        return whole.judged.window % FOLDS
    people, ids = pd.factorize(whole.users, sort=True)
    return np.asarray((np.random.default_rng(seed).permutation(len(ids)) % FOLDS)[people], dtype=np.int64)


def _out_of_fold(models: "lightgbm.CVBooster", whole: Sample, fold: Numbers, weights: Mapping[str, float]) -> Scores:
    """Score each fold by the model that has not seen it."""
    scores = base_score(weights, whole.names, whole.features)
    seen = np.isin(whole.names, models.boosters[0].feature_name())
    for number, model in enumerate(models.boosters):
        rows = (fold == number)[whole.judged.user]
        if rows.any():
            known = whole.features[rows] if seen.all() else whole.features[np.ix_(rows, seen)]
            scores[rows] += model.predict(known, num_iteration=models.best_iteration)
    return scores


def _apart(whole: Sample, fold: Numbers, seed: int) -> Scores:
    """Score each fold by the blend that the others teach."""
    scores = np.full(len(whole.gain), -np.inf)
    for number in np.unique(fold):
        rows = (fold == number)[whole.judged.user]
        shares = source_shares(whole.names, whole.features[rows])
        scores[rows] = blend(_weights(whole.of(fold != number), seed), shares, int(rows.sum()))
    return scores


def _weights(sample: Sample, seed: int) -> dict[str, float]:
    """Learn the weights of the blend."""
    some = sample.some(seed=seed)
    return learn_blend(some.judged, source_shares(some.names, some.features))
