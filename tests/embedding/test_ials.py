"""Factors on small worlds, and against their formula."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from slipstream.tasks.embedding.ials import groups, ials_factors, solve
from slipstream.tasks.matrices import arrange, distinct
from slipstream.tasks.tables import ItemTagScore, empty
from tests.worlds import World, table

KNOBS = {"epochs": 20, "regularisation": 0.01, "unobserved": 0.1, "exponent": 0.5, "tag_weight": 0.3, "seed": 0}
NO_TAGS = empty(ItemTagScore)


@pytest.fixture(autouse=True)
def one_blas_thread():
    with threadpool_limits(1, "blas"):
        yield


@pytest.mark.parametrize("size", [2, 3, 9])
def test_a_half_step_solves_its_least_squares(two_clubs: World, size: int):
    seen = two_clubs.interactions
    across = distinct(seen["user_id"]), distinct(seen["item_id"])
    given = arrange(seen["user_id"], seen["item_id"], seen["weight"], across)
    items = np.random.default_rng(0).normal(size=(8, size)).astype(np.float32)
    found = solve(given, items, regularisation=0.2, unobserved=0.1, exponent=0.5)
    for user, weights in enumerate(given.toarray()):
        system = 0.1 * items.T @ items + (items.T * weights) @ items
        system += 0.2 * ((weights > 0).sum() + 0.1 * 8) ** 0.5 * np.eye(size)
        assert np.allclose(found[user], np.linalg.solve(system, items.T @ weights), atol=1e-4)


def test_groups_cover_every_row_once(two_clubs: World):
    seen = two_clubs.interactions
    given = arrange(
        seen["user_id"], seen["item_id"], seen["weight"], (distinct(seen["user_id"]), distinct(seen["item_id"]))
    )
    parts = list(groups(given, 4))
    assert sorted(np.concatenate([rows for rows, _, _ in parts])) == list(range(6))
    assert sum(weights.sum() for _, _, weights in parts) == given.sum()


def test_the_missing_item_scores_highest(two_clubs: World):
    factors = ials_factors(two_clubs.interactions, NO_TAGS, size=2, **KNOBS)
    scores = factors.users.matrix @ factors.items.matrix.T
    for user, item in two_clubs.right.items():
        line = scores[factors.users.positions([user])[0]]
        others = [place for place, name in enumerate(factors.items.ids) if name[0] != item[0]]
        assert line[factors.items.positions([item])[0]] > line[others].max()


def test_the_scale_of_weights_does_not_matter(two_clubs: World):
    louder = two_clubs.interactions.assign(weight=two_clubs.interactions["weight"] * 4)
    one, other = (ials_factors(given, NO_TAGS, size=2, **KNOBS) for given in (two_clubs.interactions, louder))
    assert np.allclose(one.items.matrix, other.items.matrix, atol=1e-6)


def test_tags_bring_items_together_and_are_no_users(two_clubs: World):
    pairs = [(item, "shared", 0.9, "") for item in ("heart1", "skin1", "untouched")]
    plain, taught = (
        ials_factors(two_clubs.interactions, tags, size=4, **{**KNOBS, "tag_weight": 3.0})
        for tags in (NO_TAGS, table(ItemTagScore, pairs))
    )
    assert list(taught.users.ids) == list(plain.users.ids)
    assert list(taught.items.ids) == list(plain.items.ids)
    one, other = (np.prod(factors.items.rows(["heart1", "skin1"]), axis=0).sum() for factors in (plain, taught))
    assert other > one


def test_tags_of_no_weight_change_nothing(two_clubs: World):
    tags = table(ItemTagScore, [("heart2", "heart", 0.9, "")])
    plain, weightless = (
        ials_factors(two_clubs.interactions, given, size=2, **{**KNOBS, "tag_weight": weight})
        for given, weight in ((NO_TAGS, 0.3), (tags, 0.0))
    )
    assert np.array_equal(plain.items.matrix, weightless.items.matrix)
    assert np.array_equal(plain.users.matrix, weightless.users.matrix)
