"""Nearest vectors, on literal ones."""

import numpy as np
from scipy import sparse

from slipstream.tasks.recommendation.nearest import embedding_items, top_items
from slipstream.tasks.tables import CatalogueItem, Interaction, User
from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding
from tests.worlds import table

ITEMS = np.array([[1, 0], [0, 1], [1, 1], [1, 0]], np.float32)


def test_the_highest_dot_products_come_first_ties_by_position():
    row, column, score = top_items(np.array([[1, 0], [0, 2]], np.float32), ITEMS, top=3)
    assert row.tolist() == [0, 0, 0, 1, 1, 1]
    assert column.tolist() == [0, 2, 3, 1, 2, 0]
    assert score.tolist() == [1, 1, 1, 2, 2, 0]


def test_excluded_items_are_not_found():
    exclude = sparse.csr_array(np.array([[1, 0, 1, 0]]))
    assert top_items(np.array([[1, 0]], np.float32), ITEMS, top=4, exclude=exclude)[1].tolist() == [3, 1]


def test_blocks_do_not_show():
    chance = np.random.default_rng(0)
    users, items = chance.normal(size=(7, 3)).astype(np.float32), chance.normal(size=(50, 3)).astype(np.float32)
    one, other = top_items(users, items, top=5, block=2), top_items(users, items, top=5, block=100)
    assert [part.tolist() for part in one[:2]] == [part.tolist() for part in other[:2]]
    best = np.argsort(-(users @ items.T), axis=1)[:, :5]
    assert one[1].reshape(7, 5).tolist() == best.tolist()


def test_nobody_finds_nothing():
    assert len(top_items(np.empty((0, 2), np.float32), ITEMS, top=3)[0]) == 0


def test_cosine_forgets_lengths_and_zero_vectors_propose_nothing():
    users = UserEmbedding(["me", "zero"], np.array([[1, 1], [0, 0]], np.float32))
    items = ItemEmbedding(["long", "near"], np.array([[9, 0], [1, 1]], np.float32))
    tables = table(Interaction, []), table(User, [("me",), ("zero",)]), table(CatalogueItem, [("long",), ("near",)])
    by_dot = embedding_items(users, items, *tables, cosine=False, top=5, source="e")
    by_angle = embedding_items(users, items, *tables, cosine=True, top=5, source="e")
    assert by_dot[["user_id", "item_id"]].to_numpy().tolist() == [["me", "long"], ["me", "near"]]
    assert by_angle["item_id"].tolist() == ["near", "long"]
