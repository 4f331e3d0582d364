"""The models of irspack: iALS++ and RP3beta."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from irspack import IALSRecommender, RP3betaRecommender

from benchmarks.quality.peer import Model, Params, Recommend, listed
from benchmarks.quality.traces import Codes, Traces

BLOCK = 512


def learning(make: Callable[..., Any], **usual: Any) -> Callable[[Traces, Params], Recommend]:  # noqa: ANN401 (of any kind)
    """Learn by a class of the library, from one thread; scores of all items are computed and the best are kept."""

    def learn(traces: Traces, params: Params) -> Recommend:
        own = {name: value for name, value in params.items() if name not in {"traces", "hours"}}
        model = make(traces.matrix.astype(np.float64), **usual, **own).learn()

        def recommend(users: Codes, top: int) -> pd.DataFrame:
            size = min(top + traces.hidden(users), len(traces.offered))
            found: list[Codes] = []
            for start in range(0, len(users), BLOCK):
                block = users[start : start + BLOCK]
                scores = model.get_score_remove_seen(block)[:, traces.offered]
                best = np.argsort(-scores, axis=1, kind="stable")[:, :size]
                found += [traces.offered[row[scores[at, row] > -np.inf]] for at, row in enumerate(best)]
            return listed(users, found)

        return recommend

    return learn


def ials_space(trial: Any) -> Params:  # noqa: ANN401 (untyped without optuna)
    """Draw the parameters of iALS."""
    return {
        "n_components": trial.suggest_categorical("n_components", [32, 64, 128]),
        "alpha0": trial.suggest_float("alpha0", 0.003, 1, log=True),
        "reg": trial.suggest_float("reg", 1e-4, 0.1, log=True),
        "train_epochs": trial.suggest_int("train_epochs", 5, 16),
    }


def graph_space(trial: Any) -> Params:  # noqa: ANN401 (untyped without optuna)
    """Draw the parameters of the random walk."""
    return {
        "top_k": trial.suggest_int("top_k", 20, 1000, log=True),
        "alpha": trial.suggest_float("alpha", 0.3, 1.5),
        "beta": trial.suggest_float("beta", 0, 1),
    }


MODELS = {
    "ials": Model(
        learning(IALSRecommender, n_threads=1),
        ials_space,
        {"n_components": 64, "alpha0": 0.1, "reg": 0.003, "train_epochs": 16},
        trials=10,
    ),
    "rp3beta": Model(
        learning(RP3betaRecommender, n_threads=1), graph_space, {"top_k": 200, "alpha": 1.0, "beta": 0.6}, trials=8
    ),
}
