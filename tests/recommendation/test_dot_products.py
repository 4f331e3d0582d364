"""The highest dot products, against sorting everything."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as shapes
from scipy import sparse

from slipstream.tasks.recommendation import dot_products
from slipstream.tasks.recommendation.dot_products import Tiles, pack, top_items, unpack

ITEMS = np.array([[1, 0], [0, 1], [1, 1], [1, 0]], np.float32)
SMALL = st.floats(-4, 4, width=32).map(lambda value: np.float32(round(value * 4) / 4))


@pytest.fixture
def small_tiles(monkeypatch):
    """Blocks and tiles so small that a few vectors fill several."""
    monkeypatch.setattr(dot_products, "BLOCK", 4)
    monkeypatch.setattr(dot_products, "TILE", 8)


def vectors(count, size=6, seed=0):
    return np.random.default_rng(seed).normal(size=(count, size)).astype(np.float32)


def sums(users, items):
    """All dot products, each summed on its own."""
    return np.stack([np.einsum("ij,ij->i", np.broadcast_to(user, items.shape), items) for user in users])


def expected(users, items, top):
    scores = sums(users, items)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :top]
    return order, np.take_along_axis(scores, order, axis=1)


def raw(found):
    return [part.tobytes() for part in found]


def test_the_highest_dot_products_come_first_ties_by_position():
    row, column, score = top_items(np.array([[1, 0], [0, 2]], np.float32), ITEMS, top=3)
    assert row.tolist() == [0, 0, 0, 1, 1, 1]
    assert column.tolist() == [0, 2, 3, 1, 2, 0]
    assert score.tolist() == [1, 1, 1, 2, 2, 0]


def test_excluded_items_are_not_found():
    exclude = sparse.csr_array(np.array([[1, 0, 1, 0]]))
    assert top_items(np.array([[1, 0]], np.float32), ITEMS, top=4, exclude=exclude)[1].tolist() == [3, 1]


def test_nobody_and_nothing_find_nothing():
    assert len(top_items(np.empty((0, 2), np.float32), ITEMS, top=3)[0]) == 0
    assert len(top_items(ITEMS, np.empty((0, 2), np.float32), top=3)[0]) == 0


@given(
    shapes.arrays(np.float32, st.tuples(st.integers(1, 6), st.just(2)), elements=SMALL),
    shapes.arrays(np.float32, st.tuples(st.integers(1, 40), st.just(2)), elements=SMALL),
    st.integers(1, 5),
)
@settings(deadline=None, max_examples=60)
def test_the_best_are_those_of_a_full_sort(users, items, top):
    row, column, score = top_items(users, items, top=top)
    order, scores = expected(users, items, top)
    assert row.tolist() == np.repeat(np.arange(len(users)), order.shape[1]).tolist()
    assert column.tolist() == order.ravel().tolist()
    assert score.tolist() == scores.ravel().tolist()


@pytest.mark.usefixtures("small_tiles")
def test_many_tiles_find_what_one_sort_finds():
    users, items = vectors(11), vectors(3000, seed=1)
    order, scores = expected(users, items, 9)
    row, column, score = top_items(users, items, top=9, megabytes=0)
    assert column.reshape(11, 9).tolist() == order.tolist()
    assert score.reshape(11, 9).tolist() == scores.tolist()
    assert row.tolist() == np.repeat(np.arange(11), 9).tolist()


def test_shapes_of_blocks_do_not_show(monkeypatch):
    users, items = vectors(300, 64), vectors(5000, 64, seed=1)
    exclude = sparse.random_array((300, 5000), density=0.01, format="csr", rng=np.random.default_rng(2))
    whole = raw(top_items(users, items, top=20, exclude=exclude))
    assert raw(top_items(users, items, top=20, exclude=exclude, threads=3)) == whole
    assert raw(top_items(users, items, top=20, exclude=exclude, megabytes=0)) == whole
    monkeypatch.setattr(dot_products, "BLOCK", 32)
    monkeypatch.setattr(dot_products, "TILE", 512)
    assert raw(top_items(users, items, top=20, exclude=exclude)) == whole


def test_company_does_not_show():
    users, items = vectors(40, 64), vectors(700, 64, seed=1)
    whole = top_items(users, items, top=10)
    for number in (0, 17, 39):
        alone = top_items(users[number : number + 1], items, top=10)
        assert raw(alone[1:]) == [part[whole[0] == number].tobytes() for part in whole[1:]]


@pytest.mark.usefixtures("small_tiles")
def test_short_items_that_cannot_be_among_the_best_are_not_multiplied(monkeypatch):
    items = vectors(2000) * np.logspace(0, -6, 2000, dtype=np.float32)[:, None]
    filled = []
    fill = Tiles._fill
    monkeypatch.setattr(Tiles, "_fill", lambda self, *given: (filled.append(given[1]), fill(self, *given))[1])
    users = vectors(4, seed=1)
    assert (
        top_items(users, items, top=3, megabytes=0)[1].reshape(4, 3).tolist() == expected(users, items, 3)[0].tolist()
    )
    assert len(filled) < 2000 / 16 / 2


def test_equal_scores_of_many_items_are_told_apart_by_position():
    items = np.concatenate([np.zeros((3000, 3)), np.ones((5, 3))]).astype(np.float32)
    user = np.array([[1, 1, 1], [-1, -1, -1]], np.float32)
    column = top_items(user, items, top=8)[1].reshape(2, 8)
    assert column.tolist() == [[3000, 3001, 3002, 3003, 3004, 0, 1, 2], list(range(8))]


@settings(deadline=None)
@given(shapes.arrays(np.float32, 30, elements=st.floats(width=32, allow_nan=False)))
def test_packed_numbers_are_sorted_by_row_falling_score_and_column(scores):
    row, column = np.arange(30) % 3, np.arange(30)[::-1].copy()
    keys = np.sort(pack(row, scores, column, 5))
    order = np.lexsort((column, -scores, row))
    assert (keys & np.uint64(31)).tolist() == column[order].tolist()
    assert unpack(keys >> np.uint64(5)).tolist() == scores[order].tolist()
