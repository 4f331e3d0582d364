"""A LightGBM LambdaRank model that improves on a blend of the sources, kept in check by the guard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import lightgbm as lgb
import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.recommendation.blend import blend, learn_blend
from slipstream.tasks.recommendation.guard import BLEND, RANKER, Scores, judge
from slipstream.tasks.recommendation.history import Feature, Numbers
from slipstream.tasks.recommendation.samples import KEYS, Sample, draw_sample, source_orders, source_shares, stack
from slipstream.tasks.tables import Exposure, Interaction, Metric, RankingFeature

GAINS = {"weak": 1.0, "medium": 3.0, "strong": 7.0}
FOLDS = 3
ROUNDS = 400
WINDOWS = 3
PATIENCE = 20
LEARNING_RATE = 0.05
FLOOR = 0.02


@dataclass(frozen=True)
class RankingModel:
    """What orders the candidates: `serve` is "ranker", "blend" or the name of the single source that was not beaten.

    `weights` are those of the sources in the blend. `boosters` holds one LightGBM model of what to add to the log of
    the blend, or none where there was nothing to learn from.
    """

    boosters: tuple[lgb.Booster, ...]
    weights: dict[str, float]
    serve: str
    validation: DataFrame[Metric]


def train_ranker(
    features: Sequence[DataFrame[RankingFeature]],
    labels: Sequence[DataFrame[Interaction]],
    *,
    gains: Mapping[str, float],
    relevant: Sequence[str],
    leaves: int,
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
    names = sorted({name for table in features for name in table.columns} - set(KEYS))
    ordered = sorted(gains, key=lambda name: (gains[name], name))
    levels = {name: ordered.index(name) + 1 if gains[name] > 0 else 0 for name in ordered}
    shown: Sequence[DataFrame[Exposure] | None] = exposures or [None] * len(labels)
    whole = stack(
        [
            draw_sample(table, traces, names, levels=levels, relevant=relevant, exposures=exposed)
            for table, traces, exposed in zip(features, labels, shown, strict=True)
        ]
    )
    weights, fold = _weights(whole, seed), _folds(whole, seed)
    parameters = _parameters(leaves, [0.0, *(float(gains[name]) for name in ordered)], seed)
    lesson = whole.lesson(seed=seed)
    models = _cross_fit(lesson, fold[whole.teachers(seed=seed)], weights, parameters)
    orders = source_orders(names, whole.features) | {BLEND: _apart(whole, fold, seed)}
    if models:
        orders[RANKER] = _out_of_fold(models, whole, fold, weights)
    serve, validation = judge(whole.judged, orders, seed=seed, incumbent=incumbent)
    boosters = (lgb.train(dict(parameters), _dataset(lesson, weights), models.best_iteration),) if models else ()
    return RankingModel(boosters, weights, serve, validation)


def predict(model: RankingModel, features: DataFrame[RankingFeature]) -> Scores:
    """Score candidates in their order by what the model serves; -inf where a single source does not propose."""
    names = [name for name in features.columns if name not in KEYS]
    matrix = features[names].to_numpy(np.float32)
    if model.serve == BLEND:
        return blend(model.weights, source_shares(names, matrix), len(matrix))
    if model.serve != RANKER:
        return source_orders(names, matrix).get(model.serve, np.full(len(features), -np.inf))
    booster = model.boosters[0]
    known = features.reindex(columns=booster.feature_name(), fill_value=0).to_numpy(np.float32)
    return np.asarray(booster.predict(known)) + base_score(model.weights, names, matrix)


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


def _cross_fit(
    lesson: Sample, fold: Numbers, weights: Mapping[str, float], parameters: Mapping[str, Any]
) -> lgb.CVBooster | None:
    """Fit one model without each fold of users, all with the number of rounds that is best on average."""
    parts = [(fold == number)[lesson.judged.user] for number in range(FOLDS if not len(fold) else fold.max() + 1)]
    if not all(part.any() and not part.all() for part in parts):
        return None
    folds = [(np.flatnonzero(~part), np.flatnonzero(part)) for part in parts]
    stop = [lgb.early_stopping(PATIENCE, verbose=False)]
    data = _dataset(lesson, weights)
    result = lgb.cv(dict(parameters), data, ROUNDS, folds=folds, callbacks=[*stop], return_cvbooster=True)
    return cast("lgb.CVBooster", result["cvbooster"])


def _out_of_fold(models: lgb.CVBooster, whole: Sample, fold: Numbers, weights: Mapping[str, float]) -> Scores:
    """Score each fold by the model that has not seen it."""
    scores = base_score(weights, whole.names, whole.features)
    for number, model in enumerate(models.boosters):
        rows = (fold == number)[whole.judged.user]
        if rows.any():
            scores[rows] += model.predict(whole.features[rows], num_iteration=models.best_iteration)
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


def _dataset(sample: Sample, weights: Mapping[str, float]) -> lgb.Dataset:
    """Hand a sample to LightGBM, which starts from the blend."""
    return lgb.Dataset(
        sample.features,
        sample.gain,
        weight=sample.weight,
        group=sample.groups(),
        init_score=base_score(weights, sample.names, sample.features),
        feature_name=sample.names,
        params={"verbosity": -1},
    )


def _parameters(leaves: int, gains: list[float], seed: int) -> dict[str, Any]:
    """Set LightGBM up: LambdaRank, and the same trees whatever the number of threads."""
    return {
        "objective": "lambdarank",
        "metric": "ndcg",
        "eval_at": [10],
        "label_gain": gains,
        "lambdarank_truncation_level": 20,
        "num_leaves": leaves,
        "learning_rate": LEARNING_RATE,
        "max_bin": 63,
        "min_data_in_leaf": 50,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "bagging_by_query": True,
        "lambda_l2": 1.0,
        "seed": seed,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
