"""Nearest vectors, on literal ones."""

import numpy as np

from slipstream.tasks.recommendation.nearest import embedding_items
from slipstream.tasks.tables import CatalogueItem, Interaction, User
from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding
from tests.worlds import table


def test_cosine_forgets_lengths_and_zero_vectors_propose_nothing():
    users = UserEmbedding(["me", "zero"], np.array([[1, 1], [0, 0]], np.float32))
    items = ItemEmbedding(["long", "near"], np.array([[9, 0], [1, 1]], np.float32))
    tables = table(Interaction, []), table(User, [("me",), ("zero",)]), table(CatalogueItem, [("long",), ("near",)])
    by_dot = embedding_items(users, items, *tables, cosine=False, top=5, source="e")
    by_angle = embedding_items(users, items, *tables, cosine=True, top=5, source="e")
    assert by_dot[["user_id", "item_id"]].to_numpy().tolist() == [["me", "long"], ["me", "near"]]
    assert by_angle["item_id"].tolist() == ["near", "long"]
