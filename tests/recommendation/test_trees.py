import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.recommendation.guard import Judged
from slipstream.tasks.recommendation.samples import Sample
from slipstream.tasks.recommendation.trees import Trees, dataset, grow, grow_apart, parse_trees

USERS, ITEMS = 60, 10
GAINS = (0.0, 1.0)


def sample():
    """Everybody likes the candidate with the largest `tags__sum`; `user__noise` says nothing."""
    rng = np.random.default_rng(0)
    signal = rng.random((USERS, ITEMS)).astype(np.float32)
    gain = (signal == signal.max(axis=1, keepdims=True)).astype(np.int64).ravel()
    features = np.column_stack([signal.ravel(), rng.random(USERS * ITEMS).astype(np.float32)])
    users = np.repeat(np.arange(USERS), ITEMS)
    judged = Judged(users, gain > 0, np.ones(USERS, np.int64), np.zeros(USERS, np.int64), np.arange(USERS))
    index = pd.Index([f"u{user:02}" for user in range(USERS)])
    return Sample(["tags__sum", "user__noise"], features, gain, index, judged, np.ones(len(gain)), gain < 0)


def handed(trees):
    return dataset(sample(), np.zeros(USERS * ITEMS), trees)


def test_they_learn_what_tells_the_liked_from_the_others():
    drawn = sample()
    booster = grow(handed(Trees(leaves=4)), Trees(leaves=4), GAINS, rounds=30, seed=0)
    best = booster.predict(drawn.features).reshape(USERS, ITEMS).argmax(axis=1)
    liked = drawn.gain.reshape(USERS, ITEMS).argmax(axis=1)
    assert (best == liked).mean() > 0.8


def test_they_do_not_see_a_group_that_is_left_out():
    trees = Trees(without=["tags"])
    assert grow(handed(trees), trees, GAINS, rounds=3, seed=0).feature_name() == ["user__noise"]


def test_each_fold_is_left_out_once():
    drawn, trees = sample(), Trees(leaves=4, rounds=30)
    fold = np.arange(USERS) % 3
    apart = grow_apart(handed(trees), drawn.judged.user, fold, trees, GAINS, seed=0)
    assert len(apart.boosters) == 3
    assert 1 <= apart.best_iteration <= 30
    assert grow_apart(handed(trees), drawn.judged.user, np.zeros(USERS, int), trees, GAINS, seed=0) is None


def test_options_are_set_over_the_usual_ones():
    assert parse_trees({"leaves": 31, "without": ["tags"]}) == Trees(leaves=31, without=["tags"])
    assert parse_trees({}) == Trees()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"leafs": 3}, "trees have no option 'leafs'; the options are learning_rate, leaves, others"),
        ({"leaves": 1}, "leaves 1 of the trees must be at least 2"),
        ({"others": 0}, "others 0 of the trees must be at least 1"),
        ({"learning_rate": 1.5}, "learning_rate 1.5 of the trees must lie between 0 and 1"),
    ],
)
def test_what_cannot_be_grown_is_refused(given, said):
    with pytest.raises(ValueError, match=said):
        parse_trees(given)
