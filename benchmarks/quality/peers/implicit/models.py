"""The models of implicit: ALS, BPR, and nearest neighbours by BM25 and by cosine."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from implicit.als import AlternatingLeastSquares
from implicit.bpr import BayesianPersonalizedRanking
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender

from benchmarks.quality.peer import Model, Params, Recommend, listed
from benchmarks.quality.traces import Codes, Traces

SEED = 0
FACTORS = ("factors", "regularization", "alpha", "iterations")
RANKING = ("factors", "learning_rate", "regularization", "iterations")


def learning(make: Callable[..., Any], names: tuple[str, ...], **usual: int) -> Callable[[Traces, Params], Recommend]:
    """Learn by a class of the library, from one thread."""

    def learn(traces: Traces, params: Params) -> Recommend:
        model = make(num_threads=1, **usual, **{name: params[name] for name in names})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells of a conversion of its own
            model.fit(traces.matrix, show_progress=False)

        def recommend(users: Codes, top: int) -> pd.DataFrame:
            size = min(top + traces.hidden(users), len(traces.offered))
            items, scores = model.recommend(users, traces.matrix[users], N=size, items=traces.offered)
            found = [row[(row >= 0) & (score > LEAST)] for row, score in zip(items, scores, strict=True)]
            return listed(users, found)

        return recommend

    return learn


LEAST = np.finfo(np.float32).min / 2


def als_space(trial: Any) -> Params:  # noqa: ANN401 (untyped without optuna)
    """Draw the parameters of ALS."""
    return {
        "factors": trial.suggest_categorical("factors", [16, 32, 64, 128]),
        "regularization": trial.suggest_float("regularization", 0.01, 100, log=True),
        "alpha": trial.suggest_float("alpha", 0.1, 50, log=True),
        "iterations": trial.suggest_int("iterations", 5, 25),
    }


def bpr_space(trial: Any) -> Params:  # noqa: ANN401 (untyped without optuna)
    """Draw the parameters of BPR."""
    return {
        "factors": trial.suggest_categorical("factors", [32, 64, 128]),
        "learning_rate": trial.suggest_float("learning_rate", 0.005, 0.2, log=True),
        "regularization": trial.suggest_float("regularization", 0.001, 0.2, log=True),
        "iterations": trial.suggest_int("iterations", 30, 200),
    }


def bm25_space(trial: Any) -> Params:  # noqa: ANN401 (untyped without optuna)
    """Draw the parameters of BM25."""
    return {
        "K": trial.suggest_int("K", 20, 1000, log=True),
        "K1": trial.suggest_float("K1", 0.1, 100, log=True),
        "B": trial.suggest_float("B", 0, 1),
    }


def knn_space(trial: Any) -> Params:  # noqa: ANN401 (untyped without optuna)
    """Draw the number of neighbours."""
    return {"K": trial.suggest_int("K", 20, 1000, log=True)}


MODELS = {
    "als": Model(
        learning(AlternatingLeastSquares, FACTORS, random_state=SEED),
        als_space,
        {"factors": 64, "regularization": 1.0, "alpha": 1.0, "iterations": 15},
        trials=12,
    ),
    "bpr": Model(
        learning(BayesianPersonalizedRanking, RANKING, random_state=SEED),
        bpr_space,
        {"factors": 64, "learning_rate": 0.05, "regularization": 0.01, "iterations": 100},
        trials=6,
    ),
    "bm25": Model(learning(BM25Recommender, ("K", "K1", "B")), bm25_space, {"K": 100, "K1": 1.2, "B": 0.75}, trials=12),
    "cosine": Model(learning(CosineRecommender, ("K",)), knn_space, {"K": 100}, trials=6),
}
