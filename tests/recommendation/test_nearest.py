"""Nearest vectors, on literal ones."""

import sys

import numpy as np
import pytest

from slipstream.tasks.recommendation import nearest
from slipstream.tasks.recommendation.nearest import embedding_items
from slipstream.tasks.tables import CatalogueItem, Interaction, User
from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding
from tests.worlds import joined, table


def test_cosine_forgets_lengths_and_zero_vectors_propose_nothing():
    users = UserEmbedding(["me", "zero"], np.array([[1, 1], [0, 0]], np.float32))
    items = ItemEmbedding(["long", "near"], np.array([[9, 0], [1, 1]], np.float32))
    tables = table(Interaction, []), table(User, [("me",), ("zero",)]), table(CatalogueItem, [("long",), ("near",)])
    by_dot = joined(embedding_items(users, items, *tables, cosine=False, top=5, source="e"))
    by_angle = joined(embedding_items(users, items, *tables, cosine=True, top=5, source="e"))
    assert by_dot[["user_id", "item_id"]].to_numpy().tolist() == [["me", "long"], ["me", "near"]]
    assert by_angle["item_id"].tolist() == ["near", "long"]


def test_only_very_many_items_are_searched_nearly(monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    users, items = UserEmbedding(["me"], np.ones((1, 2), np.float32)), ItemEmbedding(["a", "b"], np.eye(2, dtype="f4"))
    tables = table(Interaction, []), table(User, [("me",)]), table(CatalogueItem, [("a",), ("b",)])
    knobs = {"cosine": False, "top": 5, "source": "e"}
    assert len(joined(embedding_items(users, items, *tables, **knobs, probes=1))) == 2
    monkeypatch.setattr(nearest, "EXACT", 1)
    with pytest.raises(ImportError, match="approximate search needs faiss"):
        joined(embedding_items(users, items, *tables, **knobs, probes=1))
