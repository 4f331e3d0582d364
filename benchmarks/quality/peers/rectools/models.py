"""The models of RecTools: EASE, and SASRec on the CPU."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import torch
from lightning_fabric import seed_everything
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import EASEModel, SASRecModel

from benchmarks.quality.peer import Model, Params, Recommend
from benchmarks.quality.traces import Codes, Traces

SEED = 0
FEW_ITEMS = 10_000
NEGATIVES = 256
torch.set_num_threads(1)


def learning(make: Callable[..., Any], usual: Callable[[Traces], Params]) -> Callable[[Traces, Params], Recommend]:
    """Learn by a class of the library."""

    def learn(traces: Traces, params: Params) -> Recommend:
        seed_everything(SEED, verbose=False)
        names = {"user": Columns.User, "item": Columns.Item, "weight": Columns.Weight, "at": Columns.Datetime}
        rows = traces.rows.rename(columns=names)
        dataset = Dataset.construct(rows.assign(**{Columns.Datetime: rows[Columns.Datetime].dt.tz_localize(None)}))
        own = {name: value for name, value in params.items() if name not in {"traces", "hours"}}
        model = make(**usual(traces), **own).fit(dataset)
        learnt = np.intersect1d(traces.offered, traces.rows["item"])

        def recommend(users: Codes, top: int) -> pd.DataFrame:
            size = min(top + traces.hidden(users), len(learnt))
            asked = {"k": size, "filter_viewed": True, "items_to_recommend": learnt}
            found = model.recommend(users, dataset, **asked, on_unsupported_targets="ignore")
            found = found.rename(columns={Columns.User: "user", Columns.Item: "item", Columns.Rank: "place"})
            return found[["user", "item", "place"]]

        return recommend

    return learn


def one_thread(_: Traces) -> Params:
    """Keep EASE to one thread."""
    return {"recommend_n_threads": 1}


def small_network(traces: Traces) -> Params:
    """Choose the loss of SASRec: over all items where they are few, else over some that are drawn."""
    few = traces.rows["item"].nunique() <= FEW_ITEMS
    loss = {"loss": "softmax"} if few else {"loss": "sampled_softmax", "n_negatives": NEGATIVES}
    return {"n_blocks": 2, "n_heads": 2, "deterministic": True, **loss}


def ease_space(trial: Any) -> Params:  # noqa: ANN401 (untyped without optuna)
    """Draw the regularisation."""
    return {"regularization": trial.suggest_float("regularization", 10, 5000, log=True)}


def sasrec_space(trial: Any) -> Params:  # noqa: ANN401 (untyped without optuna)
    """Draw how large the network is and how long it learns."""
    return {
        "n_factors": trial.suggest_categorical("n_factors", [64, 128]),
        "session_max_len": trial.suggest_categorical("session_max_len", [50, 100]),
        "epochs": trial.suggest_int("epochs", 5, 30),
        "lr": trial.suggest_float("lr", 5e-4, 5e-3, log=True),
    }


MODELS = {
    "ease": Model(learning(EASEModel, one_thread), ease_space, {"regularization": 300.0}, trials=6),
    "sasrec": Model(
        learning(SASRecModel, small_network),
        sasrec_space,
        {"n_factors": 64, "session_max_len": 50, "epochs": 15, "lr": 1e-3},
        trials=2,
    ),
}
