"""Learning who opens."""

import numpy as np
import pandas as pd
import pytest
from tasks.push.model import join_features, score, train

from tasks.tables import PushFeature


def window(seed, rows=400):
    """Pushes that are opened when `taste` is high, whatever `noise` is."""
    rng = np.random.default_rng(seed)
    taste = rng.random(rows)
    frame = pd.DataFrame({"user_id": [f"u{row}" for row in range(rows)], "item_id": "a"})
    frame = frame.assign(at=pd.Timestamp("2024-04-11T08:00:00+00:00"), opened=(taste > 0.7).astype(np.int8))
    return PushFeature.validate(frame.assign(taste=taste.astype(np.float32), noise=rng.random(rows).astype(np.float32)))


def test_it_finds_what_decides():
    model = train([window(1), window(2)], rounds=40, leaves=4, seed=0)
    scored = score(model, window(3))
    assert scored.loc[scored["opened"] == 1, "score"].min() > scored.loc[scored["opened"] == 0, "score"].median()


def test_one_seed_gives_the_same_model():
    one, other = (train([window(1)], rounds=5, leaves=4, seed=0).model_to_string() for _ in range(2))
    assert one == other


def test_parts_stand_side_by_side():
    taste, noise = window(1).drop(columns="noise"), window(1).drop(columns="taste")
    assert join_features([taste, noise]).equals(window(1))


def test_parts_that_describe_other_pushes_are_refused():
    with pytest.raises(ValueError, match="feature table 2 describes other pushes than table 1"):
        join_features([window(1), window(2)])
