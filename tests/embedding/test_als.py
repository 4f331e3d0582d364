"""Factors on small worlds."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from slipstream.tasks.embedding.als import als_factors
from slipstream.tasks.tables import Interaction
from tests.worlds import World, moment, table

KNOBS = {"size": 4, "regularisation": 0.5, "alpha": 5.0, "seed": 0}


@pytest.fixture(autouse=True)
def one_blas_thread():
    with threadpool_limits(1, "blas"):
        yield


def test_the_missing_item_scores_highest(two_clubs: World):
    factors = als_factors(two_clubs.interactions, size=2, epochs=20, regularisation=0.1, alpha=5.0, seed=0)
    scores = factors.users.matrix @ factors.items.matrix.T
    for user, item in two_clubs.right.items():
        line = scores[factors.users.positions([user])[0]]
        others = [place for place, name in enumerate(factors.items.ids) if name[0] != item[0]]
        assert line[factors.items.positions([item])[0]] > line[others].max()


def test_the_scale_of_weights_does_not_matter(two_clubs: World):
    knobs = {"size": 2, "epochs": 5, "regularisation": 0.1, "alpha": 1.0, "seed": 0}
    louder = two_clubs.interactions.assign(weight=two_clubs.interactions["weight"] * 4)
    one, other = als_factors(two_clubs.interactions, **knobs), als_factors(louder, **knobs)
    assert np.allclose(one.items.matrix, other.items.matrix, atol=1e-6)


def test_dislikes_are_not_likes(two_clubs: World):
    hated = two_clubs.interactions.assign(weight=-1.0)
    assert len(als_factors(hated, size=2, epochs=1, regularisation=0.1, alpha=1.0, seed=0).items) == 0


def hits(factors, hidden):
    """Count the pairs whose item is among the user's best ten, as all of his club are if it is known."""
    scores = factors.users.rows(hidden["user_id"]) @ factors.items.matrix.T
    known = factors.items.positions(hidden["item_id"])
    better = (scores > scores[np.arange(len(hidden)), known][:, None]).sum(axis=1)
    return int((better < 10).sum())


def test_going_on_from_the_day_before_is_as_good_as_learning_anew(clubs):
    traces, hidden = clubs
    yesterday = traces[~traces["item_id"].isin(["3_7", "1_2"]) & (traces["user_id"] < "u6")]
    before = als_factors(yesterday, epochs=15, **KNOBS)
    anew, further = als_factors(traces, epochs=15, **KNOBS), als_factors(traces, [before], epochs=3, **KNOBS)
    assert hits(further, hidden) >= hits(anew, hidden) > 0.9 * len(hidden)
    assert further.users.ids.equals(anew.users.ids)
    assert hits(als_factors(traces, epochs=1, **KNOBS), hidden) < hits(further, hidden)


def test_without_change_going_on_changes_little(clubs):
    traces, _ = clubs
    before = als_factors(traces, epochs=40, **KNOBS)
    after = als_factors(traces, [before], epochs=1, **KNOBS)
    one, other = (factors.users.matrix @ factors.items.matrix.T for factors in (before, after))
    assert np.abs(one - other).max() < 0.05


def test_a_day_before_anybody_came_is_no_beginning(two_clubs: World):
    nobody = als_factors(two_clubs.interactions.iloc[:0], epochs=5, **KNOBS)
    factors = als_factors(two_clubs.interactions, [nobody], epochs=20, **KNOBS)
    assert np.linalg.norm(factors.items.matrix, axis=1).min() > 0.1


@pytest.fixture(scope="module")
def clubs():
    """Four clubs of twenty people and ten items; everybody touched eight of them, of which one is hidden."""
    chance = np.random.default_rng(1)
    rows = [(f"u{user:02}", f"{user % 4}_{item}") for user in range(80) for item in chance.choice(10, 8, replace=False)]
    traces = table(Interaction, [(*row, 1.0, "weak", "view", moment(place)) for place, row in enumerate(rows)])
    last = traces.groupby("user_id").cumcount() == 7
    return traces[~last].reset_index(drop=True), traces[last].reset_index(drop=True)
