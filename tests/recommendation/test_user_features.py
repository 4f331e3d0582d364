from datetime import timedelta

import numpy as np
import pytest

from slipstream.tasks.recommendation.history import look_back, pair_up
from slipstream.tasks.recommendation.user_features import user_features
from slipstream.tasks.tables import Candidate, Interaction
from tests.worlds import AS_OF, table

POOL = table(Candidate, [("stranger", "a", "knn", 1, 1.0), ("u", "a", "knn", 1, 1.0), ("u", "b", "knn", 2, 1.0)])
TRACES = table(
    Interaction,
    [("u", "b", 1.0, "weak", "view", AS_OF - timedelta(hours=hours)) for hours in (1, 5)]
    + [("w", "a", 1.0, "weak", "view", AS_OF - timedelta(hours=1))],
)


def described():
    pairs = pair_up(POOL)
    popular = {"popular__share_ever": np.array([0.5, 1], np.float32), "fresh__age": np.array([3, 1], np.float32)}
    return user_features(look_back(TRACES, pairs, as_of=AS_OF), pairs, popular)


def test_activity_is_in_logs():
    of = described()
    assert of["user__traces"].tolist() == pytest.approx([0, np.log(3), np.log(3)])
    assert of["user__last"].tolist() == pytest.approx([np.log1p(1e6), np.log(2), np.log(2)])


def test_an_item_is_compared_with_what_the_user_usually_takes():
    of = described()
    assert of["user__popularity"].tolist() == [0, 1, 1]
    assert of["user__popularity_gap"].tolist() == [0, -0.5, 0]
    assert of["user__age_gap"].tolist() == [0, 2, 0]
