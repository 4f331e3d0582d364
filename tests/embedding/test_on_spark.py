"""Spark's factors next to those of one machine."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.cache.formats import TableCodec
from slipstream.tasks.embedding.als import als_factors
from slipstream.tasks.embedding.on_spark import als_on_spark
from slipstream.tasks.spark import cluster
from slipstream.tasks.tables import Interaction, empty
from tests.clusters import with_a_worker_killed
from tests.worlds import START

pytestmark = pytest.mark.xdist_group("spark")
KNOBS = {"size": 8, "epochs": 8, "regularisation": 1.0, "alpha": 3.0, "seed": 0}
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


def test_the_best_items_are_mostly_those_of_one_machine_also_when_a_worker_is_killed(standalone, tmp_path):
    path = write(clubs(), tmp_path)
    one = als_factors(clubs(), **KNOBS)
    with cluster({}, tmp_path) as spark:
        undisturbed = als_on_spark(spark, path, **KNOBS)
    with cluster({}, tmp_path) as spark:
        disturbed = with_a_worker_killed(standalone, partial(als_on_spark, spark, path, **KNOBS))
    assert undisturbed.users.matrix.dtype == np.float32
    assert overlap(one, undisturbed) > 0.8
    assert overlap(undisturbed, disturbed) > 0.99


def test_dislikes_alone_teach_nothing(standalone, tmp_path):
    del standalone
    with cluster({}, tmp_path) as spark:
        factors = als_on_spark(spark, write(empty(Interaction), tmp_path), **KNOBS)
    assert factors.users.matrix.shape == factors.items.matrix.shape == (0, 8)
