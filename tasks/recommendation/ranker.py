"""A LightGBM LambdaRank model of what a user takes of the candidates, kept in check by the guard."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import lightgbm as lgb
import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.recommendation.guard import RANKER, Judged, Scores, judge
from slipstream.tasks.recommendation.history import Feature
from slipstream.tasks.recommendation.samples import KEYS, Sample, draw_sample, source_orders
from slipstream.tasks.tables import Interaction, Metric, RankingFeature

GAINS = {"weak": 1.0, "medium": 3.0, "strong": 7.0}
Trial = tuple[Scores, Sample, int]
FOLDS = 3
ROUNDS = 400
WINDOWS = 3
PATIENCE = 30
LEARNING_RATE = 0.05


@dataclass(frozen=True)
class RankingModel:
    """What orders the candidates: `serve` is "ranker", "blend" or the name of the single source that was not beaten.

    `boosters` holds one LightGBM model, or none where there was nothing to learn from.
    """

    boosters: tuple[lgb.Booster, ...]
    serve: str
    validation: DataFrame[Metric]


def train_ranker(
    features: Sequence[DataFrame[RankingFeature]],
    labels: Sequence[DataFrame[Interaction]],
    *,
    gains: Mapping[str, float],
    relevant: Sequence[str],
    leaves: int,
    seed: int,
) -> RankingModel:
    """Learn from one or more windows (the newest first) how to order candidates, and judge the result.

    With three or more windows the newest one alone decides on the number of rounds and on what is served; with fewer,
    people of all windows are judged by models that did not see them. The served model has learnt from all windows.
    """
    if len(features) != len(labels):
        raise ValueError(f"{len(features)} feature tables and {len(labels)} label tables; give one of each a window")
    names = sorted({name for table in features for name in table.columns} - set(KEYS))
    ordered = sorted(gains, key=lambda name: (gains[name], name))
    levels = {name: ordered.index(name) + 1 if gains[name] > 0 else 0 for name in ordered}
    samples = [
        draw_sample(table, traces, names, levels=levels, relevant=relevant)
        for table, traces in zip(features, labels, strict=True)
    ]
    parameters = _parameters(leaves, [0.0, *(float(gains[name]) for name in ordered)], seed)
    predicted, judged, best = (_by_window if len(samples) >= WINDOWS else _by_fold)(samples, parameters, seed)
    orders = source_orders(names, judged.features)
    if best:
        orders[RANKER] = predicted
    serve, validation = judge(judged.judged, orders, seed=seed)
    boosters = (fit(_stack(samples).lesson(seed=seed), parameters, best),) if best else ()
    return RankingModel(boosters, serve, validation)


def predict(model: RankingModel, features: DataFrame[RankingFeature]) -> Scores:
    """Score candidates in their order by what the model serves; -inf where a single source does not propose."""
    if model.serve == RANKER:
        booster = model.boosters[0]
        matrix = features.reindex(columns=booster.feature_name(), fill_value=0).to_numpy(np.float32)
        return np.asarray(booster.predict(matrix), dtype=np.float64)
    names = [name for name in features.columns if name not in KEYS]
    orders = source_orders(names, features[names].to_numpy(np.float32))
    return orders.get(model.serve, np.full(len(features), -np.inf))


def fit(sample: Sample, parameters: Mapping[str, Any], rounds: int, check: Sample | None = None) -> lgb.Booster:
    """Fit LightGBM; with users to check on, stop when their nDCG@10 has not risen for a while."""
    data = _dataset(sample)
    valid = [data.create_valid(check.features, label=check.gain, group=check.groups())] if check else None
    return lgb.train(dict(parameters), data, rounds, valid_sets=valid, callbacks=_stop() if check else None)


def _by_window(samples: list[Sample], parameters: Mapping[str, Any], seed: int) -> Trial:
    """Judge a model of the older windows on the newest one: its scores there, that window, its number of rounds."""
    newest, older = samples[0], _stack(samples[1:]).lesson(seed=seed)
    check = newest.of(newest.teachers())
    if not len(older.gain) or not len(check.gain):
        return np.zeros(len(newest.gain)), newest, 0
    booster = fit(older, parameters, ROUNDS, check)
    return np.asarray(booster.predict(newest.features)), newest, booster.best_iteration


def _by_fold(samples: list[Sample], parameters: Mapping[str, Any], seed: int) -> Trial:
    """Judge everybody by a model of the other folds of users: all scores, all windows, the best number of rounds."""
    whole = _stack(samples)
    people, ids = pd.factorize(whole.users, sort=True)
    fold = (np.random.default_rng(seed).permutation(len(ids)) % FOLDS)[people]
    learn, teaches = whole.lesson(seed=seed), whole.teachers()
    parts = [np.isin(fold[teaches][learn.judged.user], number) for number in range(FOLDS)]
    if not all(part.any() for part in parts):
        return np.zeros(len(whole.gain)), whole, 0
    folds = [(np.flatnonzero(~part), np.flatnonzero(part)) for part in parts]
    result = lgb.cv(dict(parameters), _dataset(learn), ROUNDS, folds=folds, callbacks=_stop(), return_cvbooster=True)
    models = cast("lgb.CVBooster", result["cvbooster"])
    predicted = np.zeros(len(whole.gain))
    for number, model in enumerate(models.boosters):
        rows = (fold == number)[whole.judged.user]
        if rows.any():
            predicted[rows] = model.predict(whole.features[rows], num_iteration=models.best_iteration)
    return predicted, whole, models.best_iteration


def _stop() -> list[Callable[..., Any]]:
    """Stop when the nDCG@10 on others has not risen for a while."""
    return [lgb.early_stopping(PATIENCE, verbose=False)]


def _stack(samples: Sequence[Sample]) -> Sample:
    """Put windows one behind the other; a user of two windows is judged twice."""
    if len(samples) == 1:
        return samples[0]
    starts = np.cumsum([0, *(len(sample.judged.wanted) for sample in samples)])
    judged = Judged(
        np.concatenate([sample.judged.user + start for sample, start in zip(samples, starts, strict=False)]),
        np.concatenate([sample.judged.relevant for sample in samples]),
        np.concatenate([sample.judged.wanted for sample in samples]),
    )
    matrix: Feature = np.concatenate([sample.features for sample in samples])
    gain = np.concatenate([sample.gain for sample in samples])
    return Sample(
        samples[0].names, matrix, gain, samples[0].users.append([sample.users for sample in samples[1:]]), judged
    )


def _dataset(sample: Sample) -> lgb.Dataset:
    """Hand a sample to LightGBM."""
    quiet = {"verbosity": -1}
    return lgb.Dataset(sample.features, sample.gain, group=sample.groups(), feature_name=sample.names, params=quiet)


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
