import numpy as np
import pytest

from slipstream.tasks.recommendation.blend import blend, learn_blend
from slipstream.tasks.recommendation.guard import Judged

USERS = 20


def judged(*relevant):
    return Judged(
        np.repeat(np.arange(USERS), 3),
        np.tile(relevant, USERS).astype(bool),
        np.full(USERS, sum(relevant)),
        np.zeros(USERS, int),
        np.arange(USERS),
    )


def shares(**given):
    return {name: np.tile(np.asarray(values, np.float32), USERS) for name, values in given.items()}


def test_sources_that_are_right_together_are_blended():
    given = shares(left=[1, 0.9, 0], right=[0, 0.9, 1], wrong=[1, 0, 1])
    weights = learn_blend(judged(0, 1, 0), given)
    assert set(weights) == {"left", "right"}
    assert sum(weights.values()) == pytest.approx(1)
    assert blend(weights, given, 3 * USERS)[:3].argmax() == 1


def test_a_source_that_is_right_alone_stays_alone():
    assert learn_blend(judged(0, 1, 0), shares(left=[0, 1, 0.5], right=[1, 0, 0.5])) == {"left": 1}


def test_where_nothing_is_known_all_count_alike():
    assert learn_blend(judged(0, 0, 0), shares(left=[0, 1, 0], right=[1, 0, 0])) == {"left": 0.5, "right": 0.5}
    assert learn_blend(judged(0, 0, 0), {}) == {}


def test_a_blend_proposes_only_what_a_source_proposes():
    assert blend({"left": 0.5, "gone": 0.5}, {"left": np.array([0.5, 0], np.float32)}, 2).tolist() == [0.25, -np.inf]
