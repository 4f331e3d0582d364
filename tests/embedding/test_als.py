"""Factors on small worlds."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from slipstream.tasks.embedding.als import als_factors
from tests.worlds import World


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
