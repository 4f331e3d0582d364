"""A LightGBM model of who opens a push."""

from collections.abc import Sequence
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from tasks.tables import PUSH, PushFeature, PushScore

KEYS = [*PUSH, "opened"]


def join_features(parts: Sequence[DataFrame[PushFeature]]) -> DataFrame[PushFeature]:
    """Put the features of the same pushes side by side."""
    first, *others = parts
    for number, other in enumerate(others, start=2):
        if not first[KEYS].equals(other[KEYS]):
            raise ValueError(f"feature table {number} describes other pushes than table 1; describe the same ones")
    return PushFeature.validate(pd.concat([first, *(other.drop(columns=KEYS) for other in others)], axis=1))


def train(features: Sequence[DataFrame[PushFeature]], *, rounds: int, leaves: int, seed: int) -> lightgbm.Booster:
    """Learn from several windows who opens; the same bytes whatever the number of threads."""
    table = pd.concat(list(features), ignore_index=True)
    names = sorted(set(table.columns) - set(KEYS))
    data = lightgbm.Dataset(table[names].to_numpy(np.float32), table["opened"].to_numpy(), feature_name=names)
    return lightgbm.train(parameters(leaves, seed), data, rounds)


def parameters(leaves: int, seed: int) -> dict[str, Any]:
    """Set LightGBM up for a few thousand rows."""
    return {
        "objective": "binary",
        "num_leaves": leaves,
        "learning_rate": 0.05,
        "min_data_in_leaf": 40,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 5.0,
        "seed": seed,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }


def score(model: lightgbm.Booster, features: DataFrame[PushFeature]) -> DataFrame[PushScore]:
    """Tell how likely each push is opened."""
    known = features.reindex(columns=model.feature_name()).to_numpy(np.float32)
    return PushScore.validate(features[KEYS].assign(score=np.asarray(model.predict(known), dtype=np.float64)))
