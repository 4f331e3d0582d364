"""Spark's factors next to those of one machine."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.cache.formats import TableCodec
from slipstream.tasks.embedding.als import als_factors
from slipstream.tasks.embedding.on_spark import als_on_spark, solve_rows
from slipstream.tasks.spark import cluster
from slipstream.tasks.tables import Interaction, empty
from tests.clusters import with_a_worker_killed
from tests.worlds import START

pytestmark = pytest.mark.spark
KNOBS = {"size": 8, "epochs": 4, "regularisation": 1.0, "alpha": 3.0, "seed": 0}
TOP = 10


def clubs(users=240, items=120):
    """Users of six clubs, who mostly touch the items of their own."""
    chance = np.random.default_rng(0)
    user = np.repeat(np.arange(users), 15)
    own = chance.integers(items // 6, size=len(user)) * 6 + user % 6
    item = np.where(chance.random(len(user)) < 0.8, own, chance.integers(items, size=len(user)))
    rows = {
        "user_id": user,
        "item_id": item,
        "weight": chance.choice([1.0, 2.0, -1.0], size=len(user), p=[0.6, 0.3, 0.1]),
    }
    frame = pd.DataFrame(rows).astype({"user_id": str, "item_id": str})
    return Interaction.validate(frame.assign(strength="weak", kind="view", at=START))


def write(frame, folder):
    path = folder / "interactions.parquet"
    with path.open("wb") as file:
        TableCodec().write(frame, file)
    return path


def top(factors):
    scores = factors.users.matrix @ factors.items.matrix.T
    return [set(row) for row in np.argsort(-scores, axis=1)[:, :TOP]]


def overlap(one, other):
    """Tell what share of the best items of one are among those of the other."""
    assert one.users.ids.tolist() == other.users.ids.tolist()
    assert one.items.ids.tolist() == other.items.ids.tolist()
    return np.mean([len(a & b) / TOP for a, b in zip(top(one), top(other), strict=True)])


def test_a_row_solves_its_normal_equations_whatever_the_order_of_its_cells():
    chance = np.random.default_rng(1)
    other, gram = chance.normal(size=(5, 3)).astype(np.float32), np.eye(3) * 7
    row, column = np.array([4, 2, 4, 2, 4]), np.array([0, 1, 2, 3, 4])
    confidence = np.array([2, 3, 4, 5, 6], np.float32)
    solved = solve_rows(row, column, confidence, other, gram)
    near = other[[0, 2, 4]].astype(float)
    right = np.linalg.solve(gram + near.T @ np.diag([1, 3, 5]) @ near, near.T @ [2, 4, 6])
    assert solved.shape == (2, 3)
    np.testing.assert_allclose(solved[1], right, rtol=1e-6)
    turned = solve_rows(row[::-1], column[::-1], confidence[::-1], other, gram)
    assert turned.tobytes() == solved.tobytes()


def test_items_are_as_near_as_by_another_seed_and_neither_a_break_nor_a_killed_worker_changes_a_byte(
    standalone, tmp_path
):
    path = write(clubs(), tmp_path)
    with cluster({}, tmp_path) as spark:
        undisturbed = als_on_spark(spark, path, **KNOBS)
    half = {**KNOBS, "epochs": KNOBS["epochs"] // 2}
    with cluster({}, tmp_path) as spark:
        earlier = als_on_spark(spark, path, **half)
    with cluster({}, tmp_path) as spark:
        disturbed = with_a_worker_killed(standalone, partial(als_on_spark, spark, path, [earlier], **half))
    one, another = (als_factors(clubs(), **{**KNOBS, "seed": seed}) for seed in (0, 1))
    assert overlap(one, undisturbed) > overlap(one, another) - 0.05 > 0.8
    for one, other in ((undisturbed.users, disturbed.users), (undisturbed.items, disturbed.items)):
        assert one.matrix.dtype == np.float32
        assert one.matrix.tobytes() == other.matrix.tobytes()


def test_dislikes_alone_teach_nothing(standalone, tmp_path):
    del standalone
    with cluster({}, tmp_path) as spark:
        factors = als_on_spark(spark, write(empty(Interaction), tmp_path), **KNOBS)
    assert factors.users.matrix.shape == factors.items.matrix.shape == (0, 8)
