"""Users among their items, on literal vectors."""

import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.embedding.pooling import pool_users
from slipstream.tasks.tables import Interaction
from slipstream.tasks.vectors import ItemEmbedding
from tests.worlds import moment, table

ITEMS = ItemEmbedding(pd.Index(["a", "b"]), np.array([[2, 0], [0, 5]], np.float32))


def pool(*rows: tuple[str, str, float, float], half_life_days: float = 0.0) -> dict[str, list[float]]:
    traces = [(user, item, weight, "weak", "view", moment(24 * day)) for user, item, weight, day in rows]
    users = pool_users(ITEMS, table(Interaction, traces), half_life_days=half_life_days)
    return dict(zip(users.ids, users.matrix.tolist(), strict=True))


def test_stronger_traces_count_more():
    assert pool(("u", "a", 3, 0), ("u", "b", 1, 0)) == {"u": [0.75, 0.25]}


def test_dislikes_push_away():
    assert pool(("u", "a", 1, 0), ("u", "b", -1, 0)) == {"u": [0.5, -0.5]}


def test_traces_fade_from_the_users_last():
    found = pool(("u", "a", 1, 0), ("u", "b", 1, 10), ("v", "a", 1, 99), half_life_days=10.0)
    assert found["u"] == pytest.approx([1 / 3, 2 / 3])


def test_users_without_any_known_item_have_no_vector():
    assert list(pool(("u", "unknown", 1, 0), ("v", "a", 1, 0))) == ["v"]
