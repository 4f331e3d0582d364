"""The models of LensKit: item neighbours and implicit matrix factorisation."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import torch
from lenskit.als import ImplicitMFScorer
from lenskit.batch import recommend as recommend_all
from lenskit.data import from_interactions_df
from lenskit.knn import ItemKNNScorer
from lenskit.pipeline import topn_pipeline
from lenskit.training import TrainingOptions

from benchmarks.quality.peer import Model, Params, Recommend
from benchmarks.quality.traces import Codes, Traces

SEED = 0
SPARE = 300
torch.set_num_threads(1)


def learning(make: Callable[..., Any], **usual: Any) -> Callable[[Traces, Params], Recommend]:  # noqa: ANN401 (of any kind)
    """Learn by a scorer of the library in its usual pipeline, from one thread."""

    def learn(traces: Traces, params: Params) -> Recommend:
        rows = traces.rows.rename(columns={"user": "user_id", "item": "item_id"})[["user_id", "item_id"]]
        own = {name: value for name, value in params.items() if name not in {"traces", "hours"}}
        pipeline = topn_pipeline(make(**usual, **own))
        pipeline.train(from_interactions_df(rows), TrainingOptions(rng=SEED))
        beyond = min(len(traces.items) - len(traces.offered), SPARE)

        def recommend(users: Codes, top: int) -> pd.DataFrame:
            found = recommend_all(pipeline, users.tolist(), n=top + traces.hidden(users) + beyond, n_jobs=1).to_df()
            found = found.rename(columns={"user_id": "user", "item_id": "item", "rank": "place"})
            return found.loc[found["score"].notna(), ["user", "item", "place"]].astype("int64")

        return recommend

    return learn


def knn_space(trial: Any) -> Params:  # noqa: ANN401 (untyped without optuna)
    """Draw how many neighbours count, and how near they must be."""
    return {
        "max_nbrs": trial.suggest_int("max_nbrs", 10, 500, log=True),
        "min_sim": trial.suggest_float("min_sim", 1e-6, 0.1, log=True),
    }


def mf_space(trial: Any) -> Params:  # noqa: ANN401 (untyped without optuna)
    """Draw the parameters of the factorisation."""
    return {
        "embedding_size": trial.suggest_categorical("embedding_size", [16, 32, 64, 128]),
        "regularization": trial.suggest_float("regularization", 0.01, 30, log=True),
        "weight": trial.suggest_float("weight", 1, 60, log=True),
        "epochs": trial.suggest_int("epochs", 5, 20),
    }


MODELS = {
    "itemknn": Model(
        learning(ItemKNNScorer, feedback="implicit"), knn_space, {"max_nbrs": 100, "min_sim": 1e-6}, trials=5
    ),
    "implicitmf": Model(
        learning(ImplicitMFScorer),
        mf_space,
        {"embedding_size": 64, "regularization": 0.1, "weight": 40.0, "epochs": 10},
        trials=6,
    ),
}
